package dev.rondo.etcd.companion.rpc;

import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the sockets of a server and everything above them, TLS included, and does to them
 * what happens to the sockets of a process that is stopped or killed.
 *
 * <p>Methods return when their effect is in force, so they must not be called on an event loop.
 */
final class FaultGate {
  private final EventLoopGroup loops;
  private final Set<GatedConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile @Nullable GatedListener listener;
  private volatile boolean shut;
  private volatile boolean ended;

  FaultGate(EventLoopGroup loops) {
    this.loops = loops;
  }

  /**
   * Makes the socket that listens. Called once, when the server binds.
   *
   * @param entrance adds to the pipeline of each connection what stands next to the gate
   */
  GatedListener listener(Consumer<ChannelPipeline> entrance) {
    var created = new GatedListener(this, entrance);
    listener = created;
    return created;
  }

  /**
   * Takes in a new connection, on its event loop and before it reads. Whoever shuts the gate
   * meanwhile either finds it here or is found out by it, as it asks again before it reads.
   */
  void enter(GatedConnection connection) {
    connections.add(connection);
    connection.closeFuture().addListener(closed -> connections.remove(connection));
    if (ended) {
      connection.reset();
    }
  }

  boolean isShut() {
    return shut;
  }

  /** Nothing is read, written or closed any more. New connections are accepted, no more. */
  void shut() {
    shut = true;
    onEachLoop(GatedConnection::hold);
  }

  /** Everything held goes on in its order. */
  void open() {
    shut = false;
    onEachLoop(GatedConnection::release);
  }

  /** Stops listening, and resets all connections, whether the gate is shut or not. */
  void reset() {
    end(GatedConnection::reset);
  }

  /** Stops listening, and closes all connections, whether the gate is shut or not. */
  void hangUp() {
    end(GatedConnection::hangUp);
  }

  private void end(Consumer<GatedConnection> farewell) {
    ended = true;
    var listening = listener;
    if (listening != null) {
      listening.close().syncUninterruptibly();
    }
    onEachLoop(farewell);
    passSelectors();
  }

  private void onEachLoop(Consumer<GatedConnection> action) {
    var done = new ArrayList<Future<?>>();
    for (GatedConnection connection : connections) {
      done.add(connection.eventLoop().submit(() -> action.accept(connection)));
    }
    done.forEach(Future::syncUninterruptibly);
  }

  /**
   * A closed channel keeps its socket, and its port, until the selector runs that knows it. An
   * event loop runs its selector before it looks for delayed tasks, and it does not look for them
   * again among the tasks of one round: so what a task delays, by no time at all, runs after the
   * selector.
   */
  private void passSelectors() {
    var passed = new ArrayList<Future<?>>();
    for (EventExecutor loop : loops) {
      Promise<Void> promise = loop.newPromise();
      loop.execute(() -> promiseLater(loop, promise));
      passed.add(promise);
    }
    passed.forEach(Future::syncUninterruptibly);
  }

  private static void promiseLater(EventExecutor loop, Promise<Void> promise) {
    var unused = loop.schedule(() -> promise.trySuccess(null), 0, TimeUnit.NANOSECONDS);
  }
}
