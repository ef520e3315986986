package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import dev.rondo.etcd.balancer.internal.Timer;
import dev.rondo.etcd.balancer.internal.Wire;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.StatusRequest;
import dev.rondo.etcd.wire.StatusResponse;
import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchProgressRequest;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stream, and the watches on it. Requests to create watches are sent without waiting for
 * answers to those before, and name the ids that the watches get. A server that gives ids of its
 * own answers in order, as all do. Touched by the watcher's tasks only.
 */
final class WatchStream implements StreamListener<WatchResponse> {
  static final Rpc<WatchRequest, WatchResponse> WATCH =
      Rpc.read("watch", WatchGrpc.getWatchMethod(), WatchResponse::getHeader);
  static final Rpc<StatusRequest, StatusResponse> STATUS =
      Rpc.localRead("status", MaintenanceGrpc.getStatusMethod(), StatusResponse::getHeader);

  /** Few enough that one stream is never the bottleneck of all, and enough to need few streams. */
  static final int MOST_WATCHES = 256;

  /** How many messages may come before one of them is handled. */
  private static final int MESSAGES = 8;

  private static final Duration REFRESH = Duration.ofMinutes(1);
  private static final WatchRequest PROGRESS_REQUEST =
      WatchRequest.newBuilder()
          .setProgressRequest(WatchProgressRequest.getDefaultInstance())
          .build();

  private final Watcher watcher;
  private final RpcStream<WatchRequest> rpc;
  private final Map<Long, Subscription> creating = new LinkedHashMap<>(); // by the ids asked for
  private final Map<Long, Subscription> created = new HashMap<>(); // by the ids given
  private int live; // of those in both
  private long lastId; // the highest that was asked for
  private long highestId; // or given
  private boolean isOver;
  private Suspects.@Nullable Party party; // null once they are cleared
  private boolean isStale; // the token that it was opened with
  private @Nullable Timer patience; // while watches are created
  private @Nullable Timer refresh; // once one was created
  private @Nullable Boolean answersProgressInOrder; // null while that is not known

  /**
   * Opens a stream.
   *
   * @param party the watches that it is for; null for all that are in none
   */
  WatchStream(Watcher watcher, Calls calls, Suspects.@Nullable Party party) {
    this.watcher = watcher;
    this.party = party;
    this.rpc = calls.open(WATCH, watcher::runHere, this);
    rpc.request(MESSAGES);
  }

  /** Whether it takes one more watch of this party, or of none. */
  boolean hasRoom(Suspects.@Nullable Party of) {
    return of == party && !isStale && live < MOST_WATCHES;
  }

  Optional<Endpoint> endpoint() {
    return rpc.endpoint();
  }

  String where() {
    return rpc.endpoint().map(Endpoint::toString).orElse("no endpoint");
  }

  EtcdException failure(Code code, String detail) {
    String where = rpc.endpoint().map(Endpoint::toString).orElse(null);
    return new EtcdException(
        code,
        WriteOutcome.NOT_APPLIED,
        new EtcdException.Call(WATCH.operation(), where, 1),
        detail,
        null);
  }

  void add(WatchedRange watch) {
    lastId++;
    highestId = Math.max(highestId, lastId);
    Subscription subscription = new Subscription(watch);
    creating.put(lastId, subscription);
    live++;
    watch.subscribed(subscription);
    rpc.send(watch.request(lastId));
    if (patience == null) {
      awaitCreation();
    }
  }

  private void awaitCreation() {
    patience = watcher.after(watcher.patience(), this::overdue);
  }

  private void overdue() {
    if (rpc.endpoint().isEmpty()) {
      awaitCreation(); // no endpoint is connected, and another stream could do no better
    } else {
      watcher.silent(this);
    }
  }

  /** No more watches are put here, because others are refused for the token. */
  void becomeStale() {
    isStale = true;
  }

  /** The server refuses the token that this was opened with. */
  void tokenRefused() {
    rpc.tokenRefused();
    becomeStale();
  }

  /** Takes all watches off a stream that is over, and returns them. */
  List<WatchedRange> abandon() {
    List<WatchedRange> left = new ArrayList<>();
    List<Subscription> all = new ArrayList<>(created.values());
    all.addAll(creating.values());
    for (Subscription subscription : all) {
      WatchedRange watch = subscription.leave();
      if (watch != null) {
        left.add(watch);
      }
    }
    return left;
  }

  void stop(String reason) {
    over();
    rpc.cancel(reason);
  }

  private void over() {
    isOver = true;
    created.clear();
    creating.clear();
    Timer.stop(patience);
    Timer.stop(refresh);
  }

  @Override
  public void onEnd(@Nullable EtcdException failure) {
    if (!isOver) {
      watcher.ended(this, failure);
      over();
    }
  }

  @Override
  public void onMessage(WatchResponse response) {
    if (isOver) {
      return;
    }
    try {
      handle(response);
    } catch (EtcdException malformed) {
      watcher.malformed(this, malformed);
      return;
    }
    if (isOver) {
      return;
    }
    if (live == 0) {
      watcher.close(this);
    } else {
      rpc.request(1);
    }
  }

  private void handle(WatchResponse response) {
    long id = response.getWatchId();
    if (response.getCreated()) {
      answered(response);
      return;
    }
    if (id < 0 && !response.getCanceled() && response.getEventsCount() == 0) {
      progressOfAll(Wire.revision(response.getHeader().getRevision()));
      return;
    }
    Subscription subscription = created.get(id);
    if (subscription == null) {
      requireKnown(id);
      return; // it was on its way when the watch left
    }
    if (response.getEventsCount() > 0) {
      subscription.events(response);
    }
    if (response.getCanceled()) {
      cancelled(id, subscription, response);
    } else if (response.getEventsCount() == 0 && !response.getFragment()) {
      subscription.progress(Wire.revision(response.getHeader().getRevision()));
    }
  }

  private void requireKnown(long id) {
    if (id < 0 || id > highestId || creating.containsKey(id)) {
      throw malformed("it sent something for watch " + id + ", which it had not created");
    }
  }

  private EtcdException malformed(String detail) {
    return failure(Code.MALFORMED_ANSWER, detail);
  }

  private void answered(WatchResponse response) {
    long id = response.getWatchId();
    if (id < 0 && !response.getCanceled()) {
      throw malformed("it created a watch without an id");
    }
    Subscription subscription = created.containsKey(id) ? null : takeCreating(id);
    if (subscription == null) {
      throw malformed("it created watch " + id + ", which nobody asked for");
    }
    Timer.stop(patience);
    patience = null;
    if (!creating.isEmpty()) {
      awaitCreation();
    }
    if (response.getCanceled()) {
      ended(subscription, response);
      return;
    }
    highestId = Math.max(highestId, id);
    watcher.answered();
    if (subscription.watch == null) {
      rpc.send(Requests.cancelWatch(id)); // it was left meanwhile
      return;
    }
    created.put(id, subscription);
    if (refresh == null) {
      awaitRefresh();
    }
    subscription.created(id, Wire.revision(response.getHeader().getRevision()));
  }

  /** A server that chooses the ids answers in order, and so do those that refuse without an id. */
  private @Nullable Subscription takeCreating(long id) {
    Subscription asked = creating.remove(id);
    if (asked != null || creating.isEmpty()) {
      return asked;
    }
    return creating.remove(creating.keySet().iterator().next());
  }

  private void cancelled(long id, Subscription subscription, WatchResponse response) {
    if (subscription.watch != null) {
      created.remove(id);
      ended(subscription, response);
    }
  }

  /** The server ended one watch, or has not begun it. */
  private void ended(Subscription subscription, WatchResponse response) {
    WatchedRange watch = subscription.leave();
    if (watch == null) {
      return;
    }
    if (response.getCompactRevision() != 0) {
      watch.compacted(Wire.revision(response.getCompactRevision()));
      return;
    }
    String reason = response.getCancelReason();
    Code code = reason.isEmpty() ? Code.CANCELLED : Code.of(Code.UNKNOWN.grpcCode(), reason);
    watch.refused(this, failure(code, reason.isEmpty() ? "the server cancelled it" : reason));
  }

  private void awaitRefresh() {
    refresh = watcher.after(watcher.spread(REFRESH), this::refresh);
  }

  /** Keeps the revisions of quiet watches young, lest they be compacted. */
  private void refresh() {
    awaitRefresh();
    if (party != null) {
      watcher.cleared(party);
      party = null;
    }
    askProgress();
  }

  /** Asks how far the server is, once it is known whether its answer is to be believed. */
  private void askProgress() {
    Optional<Endpoint> endpoint = rpc.endpoint();
    if (answersProgressInOrder == null && endpoint.isPresent()) {
      askVersion(endpoint.get());
    } else {
      requestProgress();
    }
  }

  private void requestProgress() {
    if (Boolean.TRUE.equals(answersProgressInOrder) && !created.isEmpty()) {
      rpc.send(PROGRESS_REQUEST);
    }
  }

  private void askVersion(Endpoint endpoint) {
    Calls pinned;
    try {
      pinned = watcher.calls().at(endpoint);
    } catch (IllegalArgumentException e) {
      return; // it was taken out of the list, and the stream will leave, too
    }
    var unused =
        pinned
            .call(STATUS, StatusRequest.getDefaultInstance(), StatusResponse::getVersion)
            .whenComplete((version, failure) -> watcher.run(() -> runs(version)));
  }

  private void runs(@Nullable String version) {
    if (!isOver && version != null) {
      answersProgressInOrder = ProgressOrder.isKeptBy(version);
      requestProgress();
    }
  }

  private void progressOfAll(Revision revision) {
    if (!Boolean.TRUE.equals(answersProgressInOrder)) {
      return;
    }
    for (Subscription subscription : List.copyOf(created.values())) {
      // At the same revision, this may have been meant for the watches before it.
      if (subscription.createdAt.compareTo(revision) < 0) {
        subscription.progress(revision);
      }
    }
  }

  /** A watch on this stream, until it leaves. */
  final class Subscription {
    private @Nullable WatchedRange watch; // null once it left
    private boolean isCreated;
    private long id; // once it is created
    private Revision createdAt = Revision.NONE; // the store's revision then
    private List<WatchEvent> pending = new ArrayList<>(); // of a revision that goes on

    Subscription(WatchedRange watch) {
      this.watch = watch;
    }

    private void created(long given, Revision now) {
      isCreated = true;
      id = given;
      createdAt = now;
      if (watch != null) {
        watch.created(now);
      }
    }

    /** Takes the watch off the stream, and returns it; null if it left before. */
    private @Nullable WatchedRange leave() {
      WatchedRange left = watch;
      if (left != null) {
        watch = null;
        live--;
        pending = new ArrayList<>();
        left.unsubscribed();
      }
      return left;
    }

    /** Takes the watch off the stream, on the server, too. */
    void cancel() {
      if (leave() == null || isOver) {
        return;
      }
      if (isCreated) { // or else when it is
        created.remove(id);
        rpc.send(Requests.cancelWatch(id));
      }
      if (live == 0) {
        watcher.close(WatchStream.this);
      }
    }

    /** Asks the server to tell progress now. */
    void askProgress() {
      if (isCreated && !isOver) {
        WatchStream.this.askProgress();
      }
    }

    private void progress(Revision revision) {
      if (watch != null && pending.isEmpty()) {
        watch.progress(revision);
      }
    }

    private void events(WatchResponse response) {
      if (watch == null) {
        return;
      }
      long last = pending.isEmpty() ? watch.next() : lastPending().value();
      for (Event event : response.getEventsList()) {
        WatchEvent change = watch.change(event);
        if (change.revision().value() < last) {
          throw malformed("it sent revision " + change.revision() + " where " + last + " was next");
        }
        last = change.revision().value();
        pending.add(change);
      }
      watch.accept(takeComplete(response.getFragment()));
    }

    /** The last revision of a fragment may go on in the next one. */
    private List<WatchEvent> takeComplete(boolean goesOn) {
      List<WatchEvent> all = pending;
      int end = all.size();
      if (goesOn) {
        Revision last = lastPending();
        while (end > 0 && all.get(end - 1).revision().equals(last)) {
          end--;
        }
      }
      pending = new ArrayList<>(all.subList(end, all.size()));
      return all.subList(0, end);
    }

    private Revision lastPending() {
      return pending.get(pending.size() - 1).revision();
    }
  }
}
