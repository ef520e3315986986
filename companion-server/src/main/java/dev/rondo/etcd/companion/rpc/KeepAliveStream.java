package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;

/**
 * One stream of renewals. They run side by side, and are answered in the order in which they were
 * asked for.
 *
 * <p>A failure ends the stream, after the answers that come before it. A client that asks without
 * reading the answers is not listened to until it does.
 */
final class KeepAliveStream implements StreamObserver<LeaseKeepAliveRequest> {
  private static final int IN_FLIGHT = 4096;

  private final LongFunction<CompletableFuture<LeaseKeepAliveResponse>> renew;
  private final ServerCallStreamObserver<LeaseKeepAliveResponse> client;
  private final Queue<CompletableFuture<LeaseKeepAliveResponse>> renewals =
      new ConcurrentLinkedQueue<>();
  private final AtomicInteger wakeUps = new AtomicInteger();
  private volatile boolean halfClosed;

  // Touched only by the thread that answers, of which there is one at a time.
  private boolean ended;
  private int answered;

  private KeepAliveStream(
      LongFunction<CompletableFuture<LeaseKeepAliveResponse>> renew,
      ServerCallStreamObserver<LeaseKeepAliveResponse> client) {
    this.renew = renew;
    this.client = client;
  }

  /** Begins to listen. To be called before the call's handler returns. */
  static KeepAliveStream open(
      LongFunction<CompletableFuture<LeaseKeepAliveResponse>> renew,
      ServerCallStreamObserver<LeaseKeepAliveResponse> client) {
    var stream = new KeepAliveStream(renew, client);
    client.disableAutoRequest();
    client.setOnCancelHandler(stream::giveUp);
    client.setOnReadyHandler(stream::answer);
    client.request(IN_FLIGHT);
    return stream;
  }

  @Override
  public void onNext(LeaseKeepAliveRequest request) {
    var renewal = UnaryAnswer.begin(() -> renew.apply(request.getID()));
    renewals.add(renewal);
    var unused = renewal.whenComplete((response, failure) -> answer());
  }

  @Override
  public void onCompleted() {
    halfClosed = true;
    answer();
  }

  /** The client has gone, as the handler for that was told too. */
  @Override
  public void onError(Throwable cause) {}

  private void giveUp() {
    renewals.forEach(renewal -> renewal.cancel(false));
  }

  /** Answers what is due. If a thread is at it already, that one goes on instead of this. */
  private void answer() {
    if (wakeUps.getAndIncrement() > 0) {
      return;
    }
    int seen;
    do {
      seen = wakeUps.get();
      answerInTurn();
      listenOn();
    } while (wakeUps.addAndGet(-seen) > 0);
  }

  private void answerInTurn() {
    for (var next = renewals.peek(); next != null && next.isDone(); next = renewals.peek()) {
      renewals.remove();
      answer(next);
    }
    if (halfClosed && renewals.isEmpty() && !ended) {
      ended = true;
      client.onCompleted();
    }
  }

  private void answer(CompletableFuture<LeaseKeepAliveResponse> renewal) {
    if (ended || client.isCancelled()) {
      return;
    }
    try {
      client.onNext(renewal.join());
      answered++;
    } catch (CompletionException failure) {
      ended = true;
      client.onError(Failures.status(failure).asRuntimeException());
      giveUp();
    }
  }

  private void listenOn() {
    if (answered > 0 && client.isReady()) {
      client.request(answered);
      answered = 0;
    }
  }
}
