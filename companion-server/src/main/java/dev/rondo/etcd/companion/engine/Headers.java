package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.ResponseHeader;

/** Headers of this member's answers. Safe for use by many threads. */
final class Headers {
  private final ResponseHeader ids;
  private final Store store;
  private volatile long term;

  Headers(long clusterId, long memberId, Store store) {
    this.ids = ResponseHeader.newBuilder().setClusterId(clusterId).setMemberId(memberId).build();
    this.store = store;
  }

  /** The term as far as this member has heard. */
  void term(long current) {
    term = current;
  }

  /** With the store's revision. */
  ResponseHeader now() {
    return at(store.revision());
  }

  /** With the revision of what was read or written. */
  ResponseHeader at(long revision) {
    return ids.toBuilder().setRevision(revision).setRaftTerm(term).build();
  }

  /** As etcd's answers about members have it. */
  ResponseHeader withoutRevision() {
    return at(0);
  }

  /** As the answers inside a transaction's have it. */
  static ResponseHeader inner(long revision) {
    return ResponseHeader.newBuilder().setRevision(revision).build();
  }
}
