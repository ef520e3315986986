package dev.rondo.etcd.integration.differential;

import com.google.protobuf.Message;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.WatchCancelRequest;
import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchProgressRequest;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * One stream of watches, and all that each of them was told.
 *
 * <p>How events are spread over responses is a matter of timing, and left out.
 */
final class Watches implements StreamObserver<WatchResponse> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration ASK_AGAIN = Duration.ofMillis(20);
  private static final long EVERY_WATCH = -1;

  private final UnaryOperator<Message> normalise;
  private final StreamObserver<WatchRequest> requests;
  private final Map<Long, List<String>> told = new TreeMap<>(); // by watch, guarded by this
  private final Set<Long> active = new HashSet<>(); // guarded by this
  private final List<WatchResponse> controls = new ArrayList<>(); // guarded by this
  private long progress; // guarded by this
  private boolean ended; // guarded by this

  Watches(Channel channel, UnaryOperator<Message> normalise) {
    this.normalise = normalise;
    this.requests = WatchGrpc.newStub(channel).watch(this);
  }

  @Override
  public synchronized void onNext(WatchResponse response) {
    if (isProgress(response)) {
      progress = response.getHeader().getRevision();
    } else if (response.getCreated() || response.getCanceled()) {
      takeControl(response);
    } else {
      response.getEventsList().forEach(event -> note(response, event));
    }
    notifyAll();
  }

  private static boolean isProgress(WatchResponse response) {
    return response.getWatchId() == EVERY_WATCH
        && !response.getCreated()
        && !response.getCanceled()
        && response.getEventsCount() == 0;
  }

  private void takeControl(WatchResponse response) {
    long watch = response.getWatchId();
    controls.add(response);
    note(watch, textOf(response));
    if (!response.getCanceled()) {
      active.add(watch);
    } else if (response.getCompactRevision() == 0) {
      active.remove(watch);
    } else {
      // etcd keeps the id, and answers nothing about progress, until the watch is canceled again.
      requests.onNext(cancellation(watch));
    }
  }

  private static WatchRequest cancellation(long watch) {
    return WatchRequest.newBuilder()
        .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(watch))
        .build();
  }

  private void note(WatchResponse response, Event event) {
    boolean isEarly = event.getKv().getModRevision() > response.getHeader().getRevision();
    note(response.getWatchId(), (isEarly ? "before its revision: " : "") + Texts.of(event));
  }

  private void note(long watch, String line) {
    told.computeIfAbsent(watch, any -> new ArrayList<>()).add(line);
  }

  private String textOf(WatchResponse response) {
    return Symbols.name(Texts.of(normalise.apply(response)));
  }

  @Override
  public synchronized void onError(Throwable failure) {
    note(EVERY_WATCH, Answer.Refused.by(Status.fromThrowable(failure)).toString());
    ended = true;
    notifyAll();
  }

  @Override
  public synchronized void onCompleted() {
    note(EVERY_WATCH, "completed");
    ended = true;
    notifyAll();
  }

  /** Sends a request, and returns what answers it, if anything has to. */
  synchronized Answer ask(WatchRequest request) {
    int before = controls.size();
    requests.onNext(request);
    if (!isAnswered(request)) {
      return new Answer.Silence();
    }
    await(PATIENCE, () -> controls.size() > before);
    return controls.size() > before
        ? new Answer.Given(normalise.apply(controls.get(before)))
        : new Answer.Refused(Status.Code.DEADLINE_EXCEEDED, "no answer on the stream");
  }

  private boolean isAnswered(WatchRequest request) {
    return request.hasCreateRequest()
        || (request.hasCancelRequest() && active.contains(request.getCancelRequest().getWatchId()));
  }

  /**
   * Waits until all watches have been told of everything up to a revision.
   *
   * <p>Progress is answered only once that is so. Asks again until it is.
   */
  synchronized void settle(long revision) {
    progress = 0;
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (progress < revision && !active.isEmpty() && !ended) {
      if (System.nanoTime() - end > 0) {
        note(EVERY_WATCH, "no progress to the latest revision");
        return;
      }
      requests.onNext(
          WatchRequest.newBuilder()
              .setProgressRequest(WatchProgressRequest.getDefaultInstance())
              .build());
      await(ASK_AGAIN, () -> progress >= revision || active.isEmpty());
    }
  }

  private void await(Duration atMost, BooleanSupplier condition) {
    long end = System.nanoTime() + atMost.toNanos();
    try {
      for (long left = atMost.toMillis(); left > 0 && !ended && !condition.getAsBoolean(); ) {
        wait(left);
        left = (end - System.nanoTime()) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a watch", e);
    }
  }

  /** Returns what each watch was told so far, in its order. */
  synchronized Map<Long, List<String>> told() {
    var copy = new TreeMap<Long, List<String>>();
    told.forEach((watch, lines) -> copy.put(watch, List.copyOf(lines)));
    return copy;
  }

  void close() {
    requests.onError(Status.CANCELLED.asRuntimeException());
  }
}
