package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.channel.Attempt;
import dev.rondo.etcd.balancer.channel.Reach;
import dev.rondo.etcd.balancer.channel.Reason;
import dev.rondo.etcd.balancer.channel.Route;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.TokenRefusal;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call: its first attempt, and those that follow while the rules and the deadline allow. It is
 * the future that the caller holds; however that is completed from outside, the attempt on the wire
 * is cancelled.
 *
 * <p>The first attempt is made at once and pays for nothing else. Only when it fails and may be
 * repeated does Failsafe take over and drive the rest. Attempts follow each other, so what they
 * note needs no lock.
 */
final class UnaryCall<Q, R, T> extends CompletableFuture<T> implements Blocking.Interruptible {
  private static final int FAILURES_TOLD = 8;

  private final GrpcCalls calls;
  private final Rpc<Q, R> rpc;
  private final Q request;
  private final Function<? super R, ? extends T> result;
  private final Deadline deadline;

  /** The attempt on its way; null between two of them. */
  private volatile @Nullable ClientCall<Q, R> current;

  private volatile @Nullable Future<?> repeating;
  private volatile @Nullable Future<?> awaitedToken;
  private volatile @Nullable AttemptFailure last;
  private volatile int attempts;
  private int renewals; // of the token, by this call
  private volatile WriteOutcome worst = WriteOutcome.NOT_APPLIED;

  /** Made when the first attempt failed: most calls never need it. */
  private @Nullable Repetition repetition;

  UnaryCall(GrpcCalls calls, Rpc<Q, R> rpc, Q request, Function<? super R, ? extends T> result) {
    this.calls = calls;
    this.rpc = rpc;
    this.request = request;
    this.result = result;
    this.deadline = Deadline.after(calls.timeoutNanos(), TimeUnit.NANOSECONDS);
  }

  void start() {
    GrpcConnection connection = calls.connection();
    if (!connection.enter(calls.tokens())) {
      finish(null, connection.closed(rpc.operation()));
      return;
    }
    attempt(
        Set.of(),
        (response, failure) -> {
          if (failure != null && mayRepeat(failure)) {
            repeat(failure);
          } else {
            end(response, failure);
          }
        });
  }

  private void attempt(Set<Endpoint> avoided, Ending<R> ending) {
    TokenSource tokens = calls.tokens();
    if (tokens == null) {
      attempt(avoided, null, ending);
    } else {
      new LoggedIn(tokens, avoided, ending).attempt();
    }
  }

  private void attempt(Set<Endpoint> avoided, @Nullable Token token, Ending<R> ending) {
    int earlier = attempts; // one attempt at a time
    Attempt attempt =
        new Attempt(
            new Route(reach(), earlier, avoided, calls.pinned()),
            rpc.kind() == Rpc.Kind.WRITE ? Attempt.Kind.WRITE : Attempt.Kind.READ);
    attempts = earlier + 1;
    CallOptions options = attempt.in(calls.options().withDeadline(deadline));
    ClientCall<Q, R> call = calls.connection().channel().newCall(rpc.method(), options);
    attempt.onLeave(why -> call.cancel(Reason.of(why), null));
    current = call;
    call.start(new Listening<>(attempt, ending), calls.headers(rpc, token));
    call.request(2); // one answer, and a second one to find out that a server sends too many
    call.sendMessage(request);
    call.halfClose();
    if (isDone()) {
      call.cancel(
          "the caller gave up", null); // between two attempts, when there was nothing to cancel
    }
  }

  private Reach reach() {
    if (rpc.requiresLeader()) {
      return Reach.QUORUM;
    }
    return rpc.isServedByLearners() ? Reach.ANY : Reach.VOTERS;
  }

  private boolean mayRepeat(AttemptFailure failure) {
    boolean isNews = failure != last; // Failsafe asks about the first failure once more
    last = failure;
    if (isNews && failure.endpoint() != null) {
      refused(failure.endpoint(), failure.code());
    }
    if (rpc.kind() != Rpc.Kind.READ && failure.outcome() == WriteOutcome.UNKNOWN) {
      worst = WriteOutcome.UNKNOWN;
    }
    current = null; // before it is asked whether the connection is closed: see closed()
    return !isDone()
        && calls.pinned() == null
        && !deadline.isExpired()
        && !calls.connection().isClosed()
        && RetryRules.mayRepeat(failure, rpc, calls.settings());
  }

  /** Some refusals say what the member is by now. */
  private void refused(Endpoint endpoint, Code code) {
    GrpcConnection connection = calls.connection();
    if (code == Code.NOT_SUPPORTED_FOR_LEARNER || code == Code.NO_LEADER) {
      connection.refused(endpoint, code);
    }
    if (code == Code.NOT_SUPPORTED_FOR_LEARNER && connection.hasOther(Set.of(endpoint))) {
      int counted = attempts; // one attempt at a time
      attempts = counted - 1; // it was never meant for a learner
    }
  }

  private void repeat(AttemptFailure first) {
    Repetition turns = new Repetition();
    repetition = turns;
    if (!calls.connection().repeating(this)) {
      end(null, first);
      return;
    }
    Duration within = Duration.ofNanos(Math.max(1, deadline.timeRemaining(TimeUnit.NANOSECONDS)));
    CompletableFuture<R> rest;
    try {
      rest = Repeats.after(first, within, calls.scheduler(), turns);
    } catch (RejectedExecutionException e) {
      end(null, first); // closed at this moment
      return;
    }
    repeating = rest;
    var unused =
        rest.whenComplete(
            (response, failure) -> {
              calls.connection().repeatingNoMore(this);
              end(response, failure);
            });
    if (isDone()) {
      rest.cancel(false);
    }
  }

  private void end(@Nullable R response, @Nullable Throwable failure) {
    try {
      if (failure == null) {
        calls.connection().answered(rpc.header().apply(response));
        finish(result.apply(response), null);
      } else {
        finish(null, failure instanceof AttemptFailure ended ? failed().of(ended) : failure);
      }
    } catch (RuntimeException | Error e) {
      finish(null, e);
    } finally {
      calls.connection().leave();
    }
  }

  private void finish(@Nullable T value, @Nullable Throwable failure) {
    calls.complete(
        () -> {
          if (failure == null) {
            super.complete(value);
          } else {
            super.completeExceptionally(failure);
          }
        });
  }

  private FailedCall failed() {
    Repetition turns = repetition;
    return new FailedCall(
        calls, rpc.operation(), attempts, worst, last, turns == null ? List.of() : turns.earlier);
  }

  /**
   * The connection and its channel are closed. A call that waits to be repeated ends here, for its
   * timer never comes; an attempt on its way is ended by the channel, and knows its outcome then.
   */
  void closed() {
    if (current == null) {
      finish(null, failed().closed());
    }
  }

  private void stop(String reason) {
    Future<?> token = awaitedToken;
    if (token != null) {
      token.cancel(false);
    }
    Future<?> rest = repeating;
    if (rest != null) {
      rest.cancel(false);
    }
    ClientCall<Q, R> call = current;
    if (call != null) {
      call.cancel(reason, null);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean isCancelled = super.cancel(mayInterruptIfRunning);
    if (isCancelled) {
      stop("the caller cancelled the call");
    }
    return isCancelled;
  }

  @Override
  public boolean complete(T value) {
    boolean isCompleted = super.complete(value);
    if (isCompleted) {
      stop("the caller wants no answer any more");
    }
    return isCompleted;
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    boolean isCompleted = super.completeExceptionally(failure);
    if (isCompleted) {
      stop("the caller wants no answer any more");
    }
    return isCompleted;
  }

  @Override
  public EtcdException interrupted(Throwable cause) {
    var call = new EtcdException.Call(rpc.operation(), null, attempts);
    return rpc.kind() == Rpc.Kind.READ
        ? new EtcdException(Code.CANCELLED, WriteOutcome.NOT_APPLIED, call, "interrupted", cause)
        : new OutcomeUnknownException(Code.CANCELLED, call, "interrupted", cause);
  }

  /** Hears how an attempt ended: with an answer or with a failure. */
  @FunctionalInterface
  private interface Ending<R> {
    void ended(@Nullable R response, @Nullable AttemptFailure failure);
  }

  /**
   * The laps round the endpoints that follow a failed attempt: no endpoint twice in one, and a
   * pause after each.
   */
  private final class Repetition implements Repeats.Turns<R> {
    private final List<AttemptFailure> earlier =
        new CopyOnWriteArrayList<>(); // read by who closes the connection, too
    private Set<Endpoint> visited = Set.of();
    private int laps;

    @Override
    public boolean mayRepeat(AttemptFailure failure) {
      return UnaryCall.this.mayRepeat(failure);
    }

    @Override
    public Duration pause(AttemptFailure failure) {
      GrpcConnection connection = calls.connection();
      if (earlier.size() < FAILURES_TOLD) {
        earlier.add(failure);
      }
      Endpoint endpoint = failure.endpoint();
      if (endpoint != null) {
        Set<Endpoint> lap = new HashSet<>(visited);
        boolean isNew = lap.add(endpoint); // if not, nothing else would take the attempt
        visited = lap;
        connection.tell(new ConnectionEvent.Rotated(rpc.operation(), endpoint, failure.code()));
        if (isNew && connection.hasOther(visited)) {
          return Duration.ZERO;
        }
      }
      visited = Set.of();
      laps++;
      return Duration.ofNanos(RetryRules.pauseNanos(laps, ThreadLocalRandom.current()));
    }

    /** The first lap is free, and what follows is on the connection's budget. */
    @Override
    public CompletableFuture<R> next() {
      return laps == 0
          ? go()
          : calls
              .connection()
              .budget()
              .turn(deadline.timeRemaining(TimeUnit.NANOSECONDS))
              .thenCompose(none -> go());
    }

    private CompletableFuture<R> go() {
      AttemptFailure before = last;
      if (isDone()) {
        return CompletableFuture.failedFuture(Objects.requireNonNull(before));
      }
      calls
          .connection()
          .tell(
              new ConnectionEvent.Retried(
                  rpc.operation(), attempts + 1, before == null ? Code.UNKNOWN : before.code()));
      CompletableFuture<R> answer = new CompletableFuture<>();
      attempt(
          visited,
          (response, failure) -> {
            if (failure == null) {
              answer.complete(response);
            } else {
              answer.completeExceptionally(failure);
            }
          });
      return answer;
    }
  }

  /**
   * One attempt by the count of the retry rules: it waits for a token, and is made anew with
   * another one where a server refuses that. No endpoint is to blame for it, and nothing was
   * applied.
   */
  private final class LoggedIn {
    private final TokenSource tokens;
    private final Set<Endpoint> avoided;
    private final Ending<R> ending;

    LoggedIn(TokenSource tokens, Set<Endpoint> avoided, Ending<R> ending) {
      this.tokens = tokens;
      this.avoided = avoided;
      this.ending = ending;
    }

    void attempt() {
      Token token = tokens.current();
      if (token != null) {
        attemptWith(token);
        return;
      }
      CompletableFuture<Token> next = tokens.next();
      Future<?> timer = next.isDone() ? null : failInTime(next);
      awaitedToken = next;
      var unused =
          next.whenComplete(
              (found, failure) -> {
                awaitedToken = null;
                if (timer != null) {
                  timer.cancel(false);
                }
                if (failure == null) {
                  attemptWith(found);
                } else {
                  ending.ended(null, withoutToken(failure));
                }
              });
      if (isDone()) {
        next.cancel(false);
      }
    }

    private @Nullable Future<?> failInTime(CompletableFuture<Token> next) {
      String late = "not logged in within " + calls.settings().timeout();
      try {
        return calls
            .scheduler()
            .schedule(
                () ->
                    next.completeExceptionally(
                        AttemptFailure.withoutToken(Code.DEADLINE_EXCEEDED, late)),
                deadline.timeRemaining(TimeUnit.NANOSECONDS),
                TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        next.cancel(false); // closed at this moment
        return null;
      }
    }

    private AttemptFailure withoutToken(Throwable failure) {
      if (failure instanceof AttemptFailure late) {
        return late;
      }
      return Login.failure(failure)
          .map(AttemptFailure::ofLogin)
          .orElseGet(
              () -> AttemptFailure.withoutToken(Code.CANCELLED, "given up before the login"));
    }

    private void attemptWith(Token token) {
      UnaryCall.this.attempt(
          avoided,
          token,
          (response, failure) -> {
            if (failure != null && isAnotherWanted(token, failure)) {
              renew(failure);
            } else {
              ending.ended(response, failure);
            }
          });
    }

    private boolean isAnotherWanted(Token token, AttemptFailure failure) {
      return TokenRefusal.is(failure.code())
          && tokens.refused(token)
          && renewals < TokenRefusal.patience(failure.code())
          && !isDone()
          && !deadline.isExpired()
          && !calls.connection().isClosed();
    }

    private void renew(AttemptFailure refusal) {
      renewals++;
      last = refusal;
      current = null;
      calls
          .connection()
          .tell(new ConnectionEvent.Retried(rpc.operation(), attempts + 1, refusal.code()));
      attempt();
    }
  }

  /** Waits for the one answer of an attempt. */
  private static final class Listening<R> extends ClientCall.Listener<R> {
    private final Attempt attempt;
    private final Ending<R> ending;
    private @Nullable R response;

    Listening(Attempt attempt, Ending<R> ending) {
      this.attempt = attempt;
      this.ending = ending;
    }

    @Override
    public void onMessage(R message) {
      response = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (!status.isOk()) {
        ending.ended(null, AttemptFailure.of(status, attempt));
      } else if (response == null) {
        Status empty =
            Status.INTERNAL.withDescription("the server ended the call without an answer");
        ending.ended(null, AttemptFailure.of(empty, attempt));
      } else {
        ending.ended(response, null);
      }
    }
  }
}
