package dev.rondo.etcd.companion.rpc;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RequestOp;
import io.grpc.Channel;
import java.time.Duration;

/** Something to write to and to watch. Quiet watches hear of progress after {@link #INTERVAL}. */
interface Watched extends AutoCloseable {
  Duration INTERVAL = Duration.ofMillis(200);

  Channel channel();

  /** Does all this in one revision, and returns that. */
  long write(RequestOp... operations);

  void compact(long revision);

  @Override
  void close();

  default long put(String key, String value) {
    return write(putting(key, value));
  }

  default long delete(String key) {
    return write(deleting(key));
  }

  static RequestOp putting(String key, String value) {
    return RequestOp.newBuilder()
        .setRequestPut(PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value)))
        .build();
  }

  static RequestOp deleting(String key) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(utf8(key)))
        .build();
  }

  static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
