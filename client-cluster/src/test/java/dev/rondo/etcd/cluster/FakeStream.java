package dev.rondo.etcd.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/** A stream whose other end is the test. */
final class FakeStream<Q, R> implements RpcStream<Q> {
  private final Rpc<Q, R> rpc;
  private final Optional<Endpoint> endpoint;
  private final Executor executor;
  private final StreamListener<R> listener;

  // All guarded by this.
  private final List<Q> sent = new ArrayList<>();
  private boolean isHalfClosed;
  private boolean isOver;
  private boolean isCancelled;
  private int requested;

  FakeStream(
      Rpc<Q, R> rpc, Optional<Endpoint> endpoint, Executor executor, StreamListener<R> listener) {
    this.rpc = rpc;
    this.endpoint = endpoint;
    this.executor = executor;
    this.listener = listener;
  }

  /** Delivers a message on this thread; fails if it was not asked for. */
  void deliver(R message) {
    synchronized (this) {
      assertThat(requested).as("messages asked for").isPositive();
      requested--;
    }
    listener.onMessage(message);
  }

  /** Ends the stream in good order, on this thread. */
  void end() {
    listener.onEnd(null);
  }

  /** Breaks the stream, on this thread. */
  void fail(EtcdException failure) {
    listener.onEnd(failure);
  }

  Rpc<Q, R> rpc() {
    return rpc;
  }

  synchronized List<Q> sent() {
    return List.copyOf(sent);
  }

  synchronized boolean isHalfClosed() {
    return isHalfClosed;
  }

  synchronized boolean isCancelled() {
    return isCancelled;
  }

  /** How many messages the client waits for. */
  synchronized int requested() {
    return requested;
  }

  @Override
  public synchronized void send(Q message) {
    sent.add(message);
  }

  @Override
  public synchronized void halfClose() {
    isHalfClosed = true;
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public synchronized void request(int count) {
    requested += count;
  }

  @Override
  public synchronized void cancel(String reason) {
    if (isOver) {
      return;
    }
    isOver = true;
    isCancelled = true;
    executor.execute(
        () ->
            listener.onEnd(
                new EtcdException(
                    Code.CANCELLED,
                    WriteOutcome.NOT_APPLIED,
                    new EtcdException.Call(rpc.operation(), null, 1),
                    reason,
                    null)));
  }

  @Override
  public Optional<Endpoint> endpoint() {
    return endpoint;
  }
}
