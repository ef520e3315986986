package dev.rondo.etcd.companion.watch;

import dev.rondo.etcd.companion.storage.Change;
import dev.rondo.etcd.companion.storage.Interval;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchCreateRequest.FilterType;

/**
 * One watch of a stream: what it wants, which never changes, and how far it is, which only the turn
 * of its stream reads and writes.
 */
final class Watcher {
  private final WatchStream stream;
  private final long id;
  private final Interval keys;
  private final boolean puts;
  private final boolean deletes;
  private final boolean previous;
  private final boolean fragment;
  private final boolean progress;

  /** The first revision that it has not heard of. */
  long next;

  /** Whether compaction overtook it. It keeps its id until the client cancels it, as etcd's do. */
  boolean overtaken;

  /** Whether the client cancelled it. */
  boolean canceled;

  /** Whether it heard of no event since the last tick of its stream. */
  boolean quiet = true;

  Watcher(WatchStream stream, long id, Interval keys, long next, WatchCreateRequest request) {
    this.stream = stream;
    this.id = id;
    this.keys = keys;
    this.next = next;
    this.puts = !request.getFiltersList().contains(FilterType.NOPUT);
    this.deletes = !request.getFiltersList().contains(FilterType.NODELETE);
    this.previous = request.getPrevKv();
    this.fragment = request.getFragment();
    this.progress = request.getProgressNotify();
  }

  /** Whether nothing is told to it any more. What is still under way to it is dropped. */
  boolean isOver() {
    return overtaken || canceled;
  }

  WatchStream stream() {
    return stream;
  }

  long id() {
    return id;
  }

  Interval keys() {
    return keys;
  }

  /** Whether no filter holds the change back. */
  boolean wants(Change change) {
    return change.isDelete() ? deletes : puts;
  }

  boolean wantsPrevious() {
    return previous;
  }

  boolean wantsFragments() {
    return fragment;
  }

  boolean wantsProgress() {
    return progress;
  }
}
