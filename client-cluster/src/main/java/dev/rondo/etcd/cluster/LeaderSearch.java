package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Blocking.Interruptible;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks all endpoints at once which of them leads. The first that says so is the answer: a leader
 * that was deposed without knowing refuses what it is then asked to do.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what a callback does is seen on the search
final class LeaderSearch extends CompletableFuture<Endpoint> implements Interruptible {
  private final String operation;
  private final List<CompletableFuture<MemberStatus>> asked = new ArrayList<>(); // filled by among
  private final AtomicInteger unanswered;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile MemberId leader = MemberId.NONE; // as any of them sees it

  private LeaderSearch(int endpoints, String operation) {
    this.operation = operation;
    this.unanswered = new AtomicInteger(endpoints);
  }

  /**
   * Starts a search.
   *
   * @param operation what the leader is wanted for
   */
  static LeaderSearch among(
      List<Endpoint> endpoints,
      Function<Endpoint, CompletableFuture<MemberStatus>> status,
      String operation) {
    LeaderSearch search = new LeaderSearch(endpoints.size(), operation);
    for (Endpoint endpoint : endpoints) {
      search.asked.add(asked(endpoint, status));
    }
    for (int i = 0; i < endpoints.size(); i++) {
      Endpoint endpoint = endpoints.get(i);
      search.asked.get(i).whenComplete((answer, failure) -> search.hear(endpoint, answer, failure));
    }
    return search;
  }

  /** An endpoint may have left the connection a moment ago; then it is no candidate. */
  private static CompletableFuture<MemberStatus> asked(
      Endpoint endpoint, Function<Endpoint, CompletableFuture<MemberStatus>> status) {
    try {
      return status.apply(endpoint);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void hear(Endpoint endpoint, @Nullable MemberStatus answer, @Nullable Throwable failure) {
    if (answer == null) {
      failures.add(Objects.requireNonNull(failure));
    } else if (answer.isLeader()) {
      complete(endpoint);
      cancelAsked();
    } else if (!answer.leader().isNone()) {
      leader = answer.leader();
    }
    if (unanswered.decrementAndGet() == 0 && !isDone()) {
      completeExceptionally(notFound());
    }
  }

  private EtcdException notFound() {
    EtcdException notFound = notFoundBecause();
    failures.forEach(notFound::addSuppressed);
    return notFound;
  }

  private EtcdException notFoundBecause() {
    if (!leader.isNone()) {
      return failure(
          Code.NOT_LEADER,
          "member " + leader + " leads, which is behind none of the endpoints that answered",
          null);
    }
    return failures.size() == asked.size()
        ? failure(Code.UNAVAILABLE, "no endpoint told which member leads", null)
        : failure(Code.NO_LEADER, "no endpoint that answered sees a leader", null);
  }

  /** Nothing was asked of the leader yet. */
  private EtcdException failure(Code code, String detail, @Nullable Throwable cause) {
    return new EtcdException(
        code, WriteOutcome.NOT_APPLIED, new EtcdException.Call(operation, null, 0), detail, cause);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean isCancelled = super.cancel(mayInterruptIfRunning);
    cancelAsked();
    return isCancelled;
  }

  private void cancelAsked() {
    asked.forEach(call -> call.cancel(true));
  }

  @Override
  public EtcdException interrupted(Throwable cause) {
    return failure(Code.CANCELLED, "interrupted while looking for the leader", cause);
  }
}
