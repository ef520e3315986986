package dev.rondo.etcd.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Forwards TCP connections to one target and spoils them on request.
 *
 * <p>The faults add up until {@link #heal}: a bridge may delay and then go black. Each method
 * returns when the fault is in force. A client of the bridge is accepted even if the target is
 * down, and then reset.
 *
 * <p>Safe for use by many threads. One daemon thread serves all connections of a bridge.
 */
public final class TcpBridge implements AutoCloseable {
  /** The two ways bytes travel over one connection. */
  enum Direction {
    TO_TARGET,
    TO_CLIENT
  }

  /**
   * What happens to the bytes of one direction: they wait for {@code delayNanos}, or until the
   * fault is healed.
   */
  record Treatment(boolean withheld, long delayNanos) {
    static final Treatment FORWARDED = new Treatment(false, 0);
  }

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final InetSocketAddress address;
  private final boolean ownsPort;
  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final AtomicLong accepted = new AtomicLong();
  private volatile int open;
  private volatile boolean closed;

  // Touched by the thread of the bridge only.
  private final List<BridgedConnection> connections = new ArrayList<>();
  private final Map<Direction, Treatment> treatments = new EnumMap<>(Direction.class);
  private InetSocketAddress target;
  private @Nullable ServerSocketChannel listener;

  private TcpBridge(InetSocketAddress address, InetSocketAddress target, boolean ownsPort) {
    this.address = address;
    this.target = target;
    this.ownsPort = ownsPort;
    try {
      this.selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a selector", e);
    }
    this.thread = new Thread(this::run, "tcp-bridge-" + address.getPort());
    thread.setDaemon(true);
  }

  /** Starts a bridge on a free port of 127.0.0.1. */
  public static TcpBridge to(String targetHost, int targetPort) {
    return between("127.0.0.1", targetHost, targetPort);
  }

  /**
   * Starts a bridge on the same port of another local address, as if the target had moved there;
   * this one must outlive it.
   */
  public TcpBridge twin(String listenAddress, String targetHost, int targetPort) {
    return start(
        new InetSocketAddress(listenAddress, port()),
        new InetSocketAddress(targetHost, targetPort),
        false);
  }

  /** Starts a bridge on a free port of one local address, such as 127.0.0.2. */
  public static TcpBridge between(String listenAddress, String targetHost, int targetPort) {
    return start(
        new InetSocketAddress(listenAddress, Ports.take()),
        new InetSocketAddress(targetHost, targetPort),
        true);
  }

  private static TcpBridge start(
      InetSocketAddress address, InetSocketAddress target, boolean ownsPort) {
    var bridge = new TcpBridge(address, target, ownsPort);
    bridge.thread.start();
    try {
      bridge.heal();
      return bridge;
    } catch (RuntimeException e) {
      bridge.close();
      throw e;
    }
  }

  /** Returns the port that the bridge listens on for as long as it lives, refusing or not. */
  public int port() {
    return address.getPort();
  }

  /** Returns {@code host:port} of the bridge. */
  public String authority() {
    return address.getHostString() + ":" + address.getPort();
  }

  InetSocketAddress address() {
    return address;
  }

  /** Sends new connections elsewhere; those that are open stay where they are. */
  public void retarget(String targetHost, int targetPort) {
    command(() -> target = new InetSocketAddress(targetHost, targetPort));
  }

  /** Resets every open connection, and goes on accepting. */
  public void cut() {
    command(this::resetAll);
  }

  /** Resets every open connection, and refuses new ones until healed. */
  public void refuse() {
    command(
        () -> {
          stopListening();
          resetAll();
        });
  }

  /**
   * Forwards nothing in either direction until healed, with connections left open and new ones
   * accepted. What was sent meanwhile arrives after healing, as it would after a broken network
   * path was repaired.
   */
  public void blackhole() {
    withhold(Direction.TO_TARGET);
    withhold(Direction.TO_CLIENT);
  }

  /**
   * Holds every byte back for this long in each direction, so that a round trip takes twice as
   * long.
   */
  public void delay(Duration delay) {
    delay(Direction.TO_TARGET, delay);
    delay(Direction.TO_CLIENT, delay);
  }

  /** Ends all faults: listens, forwards and does not wait. */
  public void heal() {
    heal(Direction.TO_TARGET);
    heal(Direction.TO_CLIENT);
    command(this::listen);
  }

  void withhold(Direction direction) {
    command(
        () -> treatments.put(direction, new Treatment(true, treatment(direction).delayNanos())));
  }

  void delay(Direction direction, Duration delay) {
    command(
        () ->
            treatments.put(
                direction, new Treatment(treatment(direction).withheld(), delay.toNanos())));
  }

  void heal(Direction direction) {
    command(() -> treatments.remove(direction));
  }

  /** Listens again after {@link #refuse}, leaving the other faults as they are. */
  void accept() {
    command(this::listen);
  }

  /** Returns the number of open connections, those included that wait behind a black hole. */
  public int connections() {
    return open;
  }

  /** Returns the number of connections ever accepted. */
  public long accepted() {
    return accepted.get();
  }

  /** Resets all connections and gives the port back. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    selector.wakeup();
    try {
      thread.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (ownsPort) {
      Ports.release(port());
    }
  }

  @Override
  public String toString() {
    return "bridge " + authority();
  }

  /** Runs on the thread of the bridge and waits for it. */
  private void command(Runnable command) {
    var done = new CompletableFuture<Void>();
    commands.add(
        () -> {
          try {
            command.run();
            // Only a selection lets go of the channels just closed.
            selector.selectNow();
            done.complete(null);
          } catch (IOException | RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    selector.wakeup();
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
    done.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(untilNextByte());
        runCommands();
        selector.selectedKeys().clear();
        acceptAll();
        moveAll();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(this + " broke", e);
    } finally {
      stopListening();
      resetAll();
      closeSelector();
      runCommands(); // they fail, but nobody waits for them
    }
  }

  private void runCommands() {
    for (var command = commands.poll(); command != null; command = commands.poll()) {
      command.run();
    }
  }

  /** Returns how long to sleep in milliseconds; 0 means until something happens. */
  private long untilNextByte() {
    long now = System.nanoTime();
    long shortest = Long.MAX_VALUE;
    for (var connection : connections) {
      shortest = Math.min(shortest, connection.nanosToNextByte(now, this::treatment));
    }
    return shortest == Long.MAX_VALUE
        ? 0
        : Math.max(1, TimeUnit.NANOSECONDS.toMillis(shortest) + 1);
  }

  private void acceptAll() throws IOException {
    if (listener == null) {
      return;
    }
    for (var client = listener.accept(); client != null; client = listener.accept()) {
      accepted.incrementAndGet();
      try {
        connections.add(new BridgedConnection(client, target, selector));
      } catch (IOException e) {
        client.close(); // it has gone already
      }
    }
  }

  private void moveAll() {
    long now = System.nanoTime();
    connections.removeIf(connection -> !connection.move(now, this::treatment));
    open = connections.size();
  }

  private Treatment treatment(Direction direction) {
    return treatments.getOrDefault(direction, Treatment.FORWARDED);
  }

  private void listen() {
    if (listener != null) {
      return;
    }
    try {
      var channel = ServerSocketChannel.open();
      try {
        channel.bind(address);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_ACCEPT);
        listener = channel;
      } finally {
        if (listener == null) {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + authority(), e);
    }
  }

  private void stopListening() {
    if (listener == null) {
      return;
    }
    try {
      listener.close();
      listener = null;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot stop listening on " + authority(), e);
    }
  }

  private void resetAll() {
    connections.forEach(BridgedConnection::reset);
    connections.clear();
    open = 0;
  }

  private void closeSelector() {
    try {
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the selector of " + this, e);
    }
  }
}
