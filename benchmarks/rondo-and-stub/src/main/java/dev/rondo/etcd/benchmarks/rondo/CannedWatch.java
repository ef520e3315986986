package dev.rondo.etcd.benchmarks.rondo;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.benchmarks.watches.Keys;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.WatchResponse;

/** One watch of a stream: each event is a write of its key, with a revision of its own. */
final class CannedWatch {
  private static final ByteString VALUE = ByteString.copyFromUtf8("v".repeat(Keys.VALUE_SIZE));

  private final CannedWatches stream;
  private final long id;
  private final ByteString key;
  private long next; // used by the one thread that sends

  CannedWatch(CannedWatches stream, long id, ByteString key, long next) {
    this.stream = stream;
    this.id = id;
    this.key = key;
    this.next = next;
  }

  ByteString key() {
    return key;
  }

  /** Sends that many events in one message. */
  void send(int events) {
    WatchResponse.Builder message = WatchResponse.newBuilder().setWatchId(id);
    for (int i = 0; i < events; i++) {
      message.addEvents(event(next++));
    }
    stream.send(message.setHeader(header(next - 1)).build());
  }

  static ResponseHeader header(long revision) {
    return ResponseHeader.newBuilder()
        .setClusterId(0x1234567890abcdefL)
        .setMemberId(0x0fedcba098765432L)
        .setRevision(revision)
        .setRaftTerm(7)
        .build();
  }

  private Event event(long revision) {
    return Event.newBuilder()
        .setKv(
            KeyValue.newBuilder()
                .setKey(key)
                .setValue(VALUE)
                .setCreateRevision(7)
                .setModRevision(revision)
                .setVersion(revision - 6))
        .build();
  }
}
