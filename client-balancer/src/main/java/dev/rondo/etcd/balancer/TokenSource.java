package dev.rondo.etcd.balancer;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where the calls and streams of a connection have their token from. Safe for many threads. */
sealed interface TokenSource permits FixedToken, Login {
  /** The token to show now; null if {@link #next} has to be awaited. */
  @Nullable Token current();

  /**
   * Returns the token once there is one. The future is the caller's own: completing it changes
   * nothing for others. It may complete on a thread that does I/O.
   */
  CompletableFuture<Token> next();

  /**
   * Hears that a server refused {@code token}, which is shown no more.
   *
   * @return whether another may be had
   */
  boolean refused(Token token);

  /** Forgets all secrets. Those who wait for a token fail. */
  void close();
}
