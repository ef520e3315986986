package dev.rondo.etcd.companion.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Answers a call once its future is done. */
final class UnaryAnswer {
  private UnaryAnswer() {}

  /**
   * Runs what checks the request and begins with it, and answers when that is done. A call that the
   * client gave up, or whose deadline has passed, is not answered, and nobody waits for it.
   */
  static <T> void send(StreamObserver<T> observer, Supplier<CompletableFuture<T>> request) {
    var client = (ServerCallStreamObserver<T>) observer;
    var answer = begin(request);
    client.setOnCancelHandler(() -> answer.cancel(false));
    var unused =
        answer.whenComplete(
            (value, failure) -> {
              if (client.isCancelled()) {
                return;
              }
              if (failure == null) {
                client.onNext(value);
                client.onCompleted();
              } else {
                client.onError(Failures.status(failure).asRuntimeException());
              }
            });
  }

  /** Makes a failure to begin one of the future, so that there is one place for failures. */
  static <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> request) {
    try {
      return request.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
