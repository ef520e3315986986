package dev.rondo.etcd.testing;

import dev.rondo.etcd.wire.StatusResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One member of an {@link EtcdCluster}.
 *
 * <p>Safe for use by many threads, as long as two of them do not start and end the same member.
 */
public final class EtcdMember {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final EtcdCluster cluster;
  private final String name;
  private final String endpoint;
  private final String directEndpoint;
  private final Seat seat;
  private final EtcdRunner runner;
  private final Optional<TcpBridge> bridge;
  private final Path log;
  private volatile boolean down = true; // and nobody should wait for it

  EtcdMember(
      EtcdCluster cluster,
      String name,
      String scheme,
      Seat seat,
      EtcdRunner runner,
      Optional<TcpBridge> bridge,
      Path log) {
    this.cluster = cluster;
    this.name = name;
    this.directEndpoint = seat.clientUrl(scheme);
    this.endpoint = bridge.map(way -> scheme + "://" + way.authority()).orElse(directEndpoint);
    this.seat = seat;
    this.runner = runner;
    this.bridge = bridge;
    this.log = log;
  }

  /** Returns the URL for clients, which leads through the bridge if there is one. */
  public String endpoint() {
    return endpoint;
  }

  /** Returns the URL that etcd itself listens on. */
  public String directEndpoint() {
    return directEndpoint;
  }

  /** Returns the URL for the other members. */
  public String peerUrl() {
    return seat.peerUrl();
  }

  /** Returns the name, such as {@code m0}. */
  public String name() {
    return name;
  }

  /** Asks the member for its id. */
  public long id() {
    return status().getHeader().getMemberId();
  }

  /** Asks the member for its status. */
  public StatusResponse status() {
    return cluster
        .probe()
        .ask(this)
        .orElseThrow(() -> new IllegalStateException(name + " does not answer"));
  }

  /** Ends the process at once, as a power cut would, and returns when it is gone. */
  public void kill() {
    down = true;
    runner.kill();
  }

  /** Ends the process gently, so that a leader hands over first, and returns when it is gone. */
  public void stop() {
    down = true;
    runner.stop();
  }

  /** Freezes the process: connections stay open, and nothing is answered. */
  public void pause() {
    down = true;
    runner.pause();
  }

  /** Lets a frozen process go on. */
  public void resume() {
    runner.resume();
    down = false;
  }

  /**
   * Starts the process on its old data, killing it first if it runs; does not wait until it is
   * ready.
   */
  public void restart() {
    kill();
    start();
  }

  void start() {
    runner.start();
    down = false;
  }

  /** Waits until the member serves clients and knows a leader, for at most 30 seconds. */
  public void awaitReady() {
    awaitReady(PATIENCE);
  }

  /** Waits until the member serves clients and knows a leader. */
  public void awaitReady(Duration atMost) {
    Patience.await(name + " ready", atMost, () -> status().getLeader() != 0);
  }

  /**
   * Asks for a linearizable read over a fresh connection past all bridges, for a second at most:
   * what a newcomer would see, whatever older connections do.
   */
  public boolean isServing() {
    return cluster.probe().isServing(this);
  }

  /** Returns whether the process is there, frozen or not. */
  public boolean isRunning() {
    return runner.isRunning();
  }

  /** Returns whether the process was killed, stopped or paused on purpose. */
  boolean isDown() {
    return down;
  }

  /**
   * Returns the bridge that clients of this member come through.
   *
   * @throws IllegalStateException if the cluster was started without bridges
   */
  public TcpBridge bridge() {
    return bridge.orElseThrow(
        () -> new IllegalStateException("start the cluster with bridged() first"));
  }

  /**
   * Cuts this member off from all others, both ways; clients still reach it. Returns at once: the
   * others notice within an election timeout.
   */
  public void isolate() {
    for (var other : cluster.others(this)) {
      cluster.link(this, other).cut();
      cluster.link(other, this).cut();
    }
  }

  /** Heals all links of this member, both ways. */
  public void heal() {
    for (var other : cluster.others(this)) {
      cluster.link(this, other).heal();
      cluster.link(other, this).heal();
    }
  }

  /** Runs {@code etcdctl} against this member alone; see {@link EtcdCluster#etcdctl}. */
  public String etcdctl(String... arguments) {
    return cluster.etcdctl(List.of(this), arguments);
  }

  /** Returns the file that the process writes its log to. */
  public Path log() {
    return log;
  }

  boolean hasLogged(String text) {
    try {
      return Files.exists(log) && Files.readString(log).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + log, e);
    }
  }

  Seat seat() {
    return seat;
  }

  EtcdRunner runner() {
    return runner;
  }

  void close() {
    down = true;
    Closing.all(List.of(runner::close, () -> bridge.ifPresent(TcpBridge::close), seat::release));
  }

  @Override
  public String toString() {
    return name + " at " + endpoint;
  }
}
