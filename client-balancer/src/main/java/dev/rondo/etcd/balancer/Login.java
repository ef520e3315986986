package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token of a user who logs in with a password: when it is first wanted, when a server refuses
 * it, and shortly before it expires if it says when that is.
 *
 * <p>One login is under way at most, and all who wait share it. It has a time limit of its own:
 * whoever waits less long loses it for nobody else. etcd pays for each with a slow hash and an
 * entry in its log, so another one begins 100 ms after the last one at the earliest, and what the
 * server refused is refused here for half a second more.
 */
final class Login implements TokenSource {
  /** How long one login may take, whatever the calls that wait for it may. */
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(Login.class);

  private static final long BETWEEN_LOGINS = Duration.ofMillis(100).toNanos();
  private static final long AFTER_REFUSAL = Duration.ofMillis(500).toNanos();

  /** Tokens that live less are renewed when they are refused. */
  private static final Duration SHORTEST_LIFETIME = Duration.ofSeconds(2);

  private static final Duration LONGEST_MARGIN = Duration.ofMinutes(1);

  private final Desk desk;
  private final ScheduledExecutorService scheduler;
  private final LongSupplier nanoTime;
  private final InstantSource clock;
  private final DoubleSupplier random; // from 0 to 1

  private final Object lock = new Object();
  private volatile @Nullable Token current; // written under the lock

  // All of this is guarded by the lock.
  private @Nullable CompletableFuture<Token> underWay;
  private @Nullable Long begun; // when the last login began
  private @Nullable EtcdException refusal; // of the last login
  private long refusedAt;
  private @Nullable Future<?> renewal;
  private boolean isClosed;

  Login(
      Desk desk,
      ScheduledExecutorService scheduler,
      LongSupplier nanoTime,
      InstantSource clock,
      DoubleSupplier random) {
    this.desk = desk;
    this.scheduler = scheduler;
    this.nanoTime = nanoTime;
    this.clock = clock;
    this.random = random;
  }

  /** Where a login is asked for. */
  interface Desk {
    /** Asks for a token; fails with an {@link EtcdException}. */
    CompletableFuture<String> ask();

    /** Forgets all secrets. */
    void close();
  }

  @Override
  public @Nullable Token current() {
    return current;
  }

  @Override
  public CompletableFuture<Token> next() {
    CompletableFuture<Token> login;
    synchronized (lock) {
      if (current != null) {
        return CompletableFuture.completedFuture(current);
      }
      if (isClosed) {
        return CompletableFuture.failedFuture(new CancellationException("the client was closed"));
      }
      if (refusal != null && nanoTime.getAsLong() - refusedAt < AFTER_REFUSAL) {
        return CompletableFuture.failedFuture(refusal);
      }
      if (underWay != null) {
        return underWay.copy();
      }
      login = new CompletableFuture<>();
      underWay = login;
    }
    CompletableFuture<Token> waiting = login.copy();
    begin(login);
    return waiting;
  }

  @Override
  public boolean refused(Token token) {
    synchronized (lock) {
      if (current == token) {
        current = null;
        log.debug("a server wants another token");
      }
    }
    return true;
  }

  /** Begins a login, or lets it wait for its turn. */
  private void begin(CompletableFuture<Token> login) {
    long pause;
    synchronized (lock) {
      pause = begun == null ? 0 : begun + BETWEEN_LOGINS - nanoTime.getAsLong();
    }
    if (pause <= 0) {
      ask(login);
      return;
    }
    try {
      var unused = scheduler.schedule(() -> ask(login), pause, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      end(login, null, e); // closed at this moment
    }
  }

  private void ask(CompletableFuture<Token> login) {
    synchronized (lock) {
      begun = nanoTime.getAsLong();
    }
    var unused = desk.ask().whenComplete((text, failure) -> end(login, text, failure));
  }

  private void end(
      CompletableFuture<Token> login, @Nullable String text, @Nullable Throwable failure) {
    if (failure != null && isAuthOff(failure)) {
      succeed(login, ""); // until a server asks for a user
    } else if (failure != null) {
      fail(login, failure);
    } else {
      succeed(login, Objects.requireNonNull(text));
    }
  }

  private static boolean isAuthOff(Throwable failure) {
    return failure instanceof EtcdException refused && refused.code() == Code.AUTH_NOT_ENABLED;
  }

  private void succeed(CompletableFuture<Token> login, String text) {
    Token token = new Token(text);
    synchronized (lock) {
      if (isClosed) {
        return; // whoever closed has told those who wait
      }
      underWay = null;
      refusal = null;
      current = token;
      stopRenewal();
      renewal = JwtLifetime.of(text, clock.instant()).map(good -> renew(token, good)).orElse(null);
    }
    login.complete(token);
  }

  private void fail(CompletableFuture<Token> login, Throwable failure) {
    synchronized (lock) {
      if (isClosed) {
        return;
      }
      underWay = null;
      if (failure instanceof EtcdException refused && isFinal(refused.code())) {
        refusal = refused;
        refusedAt = nanoTime.getAsLong();
      }
    }
    log.debug("the login failed", failure);
    login.completeExceptionally(failure);
  }

  private static boolean isFinal(Code code) {
    return !code.isTransient() && code != Code.DEADLINE_EXCEEDED;
  }

  /**
   * Renews a token when nine tenths to four fifths of its life are over, by chance so that clients
   * that began together drift apart.
   */
  private @Nullable Future<?> renew(Token token, Duration lifetime) {
    if (lifetime.compareTo(SHORTEST_LIFETIME) < 0) {
      return null;
    }
    Duration fifth = lifetime.dividedBy(5);
    Duration margin = fifth.compareTo(LONGEST_MARGIN) < 0 ? fifth : LONGEST_MARGIN;
    long early = (long) (margin.toNanos() * (1 + random.getAsDouble()) / 2);
    try {
      return scheduler.schedule(
          () -> expires(token), lifetime.toNanos() - early, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      return null; // closed at this moment
    }
  }

  /** A connection that made no call since the last login makes none now: the next call will. */
  private void expires(Token token) {
    CompletableFuture<Token> login = null;
    synchronized (lock) {
      if (current != token || isClosed) {
        return;
      }
      if (!token.isUsed()) {
        current = null;
      } else if (underWay == null) {
        login = new CompletableFuture<>();
        underWay = login;
      }
    }
    if (login != null) {
      begin(login);
    }
  }

  /** To be called under the lock. */
  private void stopRenewal() {
    if (renewal != null) {
      renewal.cancel(false);
      renewal = null;
    }
  }

  @Override
  public void close() {
    CompletableFuture<Token> waiting;
    synchronized (lock) {
      isClosed = true;
      current = null;
      waiting = underWay;
      underWay = null;
      stopRenewal();
    }
    desk.close();
    if (waiting != null) {
      waiting.completeExceptionally(new CancellationException("the client was closed"));
    }
  }

  /** Returns what a login failed with, for those who waited for it. */
  static Optional<EtcdException> failure(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof EtcdException login ? Optional.of(login) : Optional.empty();
  }
}
