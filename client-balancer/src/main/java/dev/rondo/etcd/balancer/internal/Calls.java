package dev.rondo.etcd.balancer.internal;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.Endpoint;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes calls and opens streams over a connection, with the settings of one client. Immutable.
 *
 * <p>A call made here is within its deadline, is moved and repeated by the retry rules, and fails
 * with an {@link dev.rondo.etcd.api.EtcdException}; cancelling its future cancels it on the wire.
 */
public interface Calls {
  /** Returns calls over {@code connection} with the default settings, for blocking use. */
  static Calls over(Connection connection) {
    return ((CallsSource) connection).calls();
  }

  /** The settings that calls are made with. */
  CallSettings settings();

  /** Returns calls with other settings. */
  Calls with(CallSettings settings);

  /**
   * Returns calls whose futures complete on the connection's executor, where callers may go on with
   * them as they like. The others complete on threads that do I/O, fit only for {@link
   * Blocking#await}.
   */
  Calls async();

  /**
   * Returns calls that go to {@code endpoint} and nowhere else, and are tried once.
   *
   * @throws IllegalArgumentException if it is none of the connection's endpoints
   */
  Calls at(Endpoint endpoint);

  /** Returns calls whose streams pass over {@code endpoints} as long as another is connected. */
  Calls avoiding(Set<Endpoint> endpoints);

  /**
   * Calls {@code rpc}.
   *
   * @param result makes the caller's answer; where it throws, the call fails with what it threw
   */
  <Q, R, T> CompletableFuture<T> call(
      Rpc<Q, R> rpc, Q request, Function<? super R, ? extends T> result);

  /**
   * Opens a stream to the next endpoint in turn, or to the one of {@link #at}. Nothing is asked for
   * yet. It has no deadline, and waits for a connected endpoint until it is cancelled.
   *
   * @param executor where the listener is called
   */
  <Q, R> RpcStream<Q> open(Rpc<Q, R> rpc, Executor executor, StreamListener<R> listener);

  /**
   * Returns the one {@code type} of this connection, which {@code make} makes when it is first
   * asked for. It is closed with the connection if it can be.
   */
  <S> S shared(Class<S> type, Supplier<S> make);

  /** The connection's scheduler; what runs there must not block. */
  ScheduledExecutorService scheduler();

  /**
   * The connection's executor for what may block, such as callbacks of users. It rejects nothing:
   * after the close it may run tasks on the thread that brings them.
   */
  Executor executor();
}
