package dev.rondo.etcd.companion.rpc;

import static java.util.Collections.synchronizedList;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One call of a stream, which keeps what it received. */
final class StreamClient<RequestT, ResponseT> extends ClientCall.Listener<ResponseT> {
  private final List<ResponseT> received = synchronizedList(new ArrayList<>());
  final CompletableFuture<Status> end = new CompletableFuture<>();
  private final ClientCall<RequestT, ResponseT> call;

  StreamClient(
      Channel channel, MethodDescriptor<RequestT, ResponseT> method, boolean requireLeader) {
    call = channel.newCall(method, CallOptions.DEFAULT);
    var headers = new Metadata();
    if (requireLeader) {
      headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    }
    call.start(this, headers);
  }

  /** Reads everything that comes. */
  StreamClient<RequestT, ResponseT> reading() {
    call.request(Integer.MAX_VALUE);
    return this;
  }

  List<ResponseT> received() {
    return List.copyOf(received);
  }

  void send(RequestT request) {
    call.sendMessage(request);
  }

  void halfClose() {
    call.halfClose();
  }

  void cancel() {
    call.cancel("the test does not want it any more", null);
  }

  @Override
  public void onMessage(ResponseT response) {
    received.add(response);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    end.complete(status);
  }
}
