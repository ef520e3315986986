package dev.rondo.etcd.companion.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what a server hands to gRPC, whether or not the clients read it. */
final class OutboundMeter implements ServerInterceptor {
  private final List<AtomicLong> calls = new CopyOnWriteArrayList<>();

  /** Returns the bytes of each call, in the order in which they were begun. */
  List<Long> bytes() {
    return calls.stream().map(AtomicLong::get).toList();
  }

  @Override
  public <RequestT, ResponseT> ServerCall.Listener<RequestT> interceptCall(
      ServerCall<RequestT, ResponseT> call,
      Metadata headers,
      ServerCallHandler<RequestT, ResponseT> next) {
    var bytes = new AtomicLong();
    calls.add(bytes);
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendMessage(ResponseT message) {
            bytes.addAndGet(((MessageLite) message).getSerializedSize());
            super.sendMessage(message);
          }
        },
        headers);
  }
}
