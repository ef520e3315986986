package dev.rondo.etcd.testing;

import dev.rondo.etcd.testing.TcpBridge.Direction;
import dev.rondo.etcd.testing.TcpBridge.Treatment;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a bridge: two sockets and the bytes between them. Used by the thread of its
 * bridge only.
 */
final class BridgedConnection {
  private static final int CHUNK = 64 * 1024;
  private static final int MOST_QUEUED = 4 * 1024 * 1024;

  private final ByteBuffer arriving = ByteBuffer.allocateDirect(CHUNK);
  private final SocketChannel client;
  private final SocketChannel target;
  private final InetSocketAddress address;
  private final SelectionKey clientKey;
  private final SelectionKey targetKey;
  private final Flow toTarget;
  private final Flow toClient;
  private boolean connecting;
  private boolean connected;

  BridgedConnection(SocketChannel client, InetSocketAddress address, Selector selector)
      throws IOException {
    this.client = client;
    this.address = address;
    this.target = SocketChannel.open();
    this.clientKey = prepare(client, selector);
    this.targetKey = prepare(target, selector);
    this.toTarget = new Flow(client, target);
    this.toClient = new Flow(target, client);
  }

  private static SelectionKey prepare(SocketChannel channel, Selector selector) throws IOException {
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return channel.register(selector, 0);
  }

  /** Forwards what may be forwarded now; returns whether the connection goes on. */
  boolean move(long now, Function<Direction, Treatment> treatments) {
    try {
      if (!connected && !connect(treatments.apply(Direction.TO_TARGET))) {
        return true;
      }
      var forward = treatments.apply(Direction.TO_TARGET);
      var backward = treatments.apply(Direction.TO_CLIENT);
      toTarget.move(now, forward);
      toClient.move(now, backward);
      clientKey.interestOps(toTarget.readInterest(forward) | toClient.writeInterest(now, backward));
      targetKey.interestOps(toClient.readInterest(backward) | toTarget.writeInterest(now, forward));
      if (toTarget.isOver() && toClient.isOver()) {
        client.close();
        target.close();
        return false;
      }
      return true;
    } catch (IOException e) {
      reset();
      return false;
    }
  }

  long nanosToNextByte(long now, Function<Direction, Treatment> treatments) {
    return Math.min(
        toTarget.nanosToNextByte(now, treatments.apply(Direction.TO_TARGET)),
        toClient.nanosToNextByte(now, treatments.apply(Direction.TO_CLIENT)));
  }

  /** Closes both sides the hard way. */
  void reset() {
    reset(client);
    reset(target);
  }

  private static void reset(SocketChannel channel) {
    try (channel) {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      // It was closed by its other end, which is what was wanted.
      return;
    }
  }

  private boolean connect(Treatment forward) throws IOException {
    if (forward.withheld()) {
      return false;
    }
    connected = connecting ? target.finishConnect() : target.connect(address);
    connecting = true;
    targetKey.interestOps(connected ? 0 : SelectionKey.OP_CONNECT);
    return connected;
  }

  /** The bytes that travel one way. */
  private final class Flow {
    private final SocketChannel source;
    private final SocketChannel sink;
    private final Queue<Chunk> queue = new ArrayDeque<>();
    private int queued;
    private boolean ended; // the source will send no more
    private boolean over; // and the sink was told so

    Flow(SocketChannel source, SocketChannel sink) {
      this.source = source;
      this.sink = sink;
    }

    void move(long now, Treatment treatment) throws IOException {
      if (treatment.withheld()) {
        return;
      }
      read(now + treatment.delayNanos());
      write(now);
      if (ended && queue.isEmpty() && !over) {
        sink.shutdownOutput();
        over = true;
      }
    }

    private void read(long due) throws IOException {
      while (!ended && queued < MOST_QUEUED) {
        int count = source.read(arriving.clear());
        if (count == 0) {
          return;
        }
        if (count < 0) {
          ended = true;
          return;
        }
        queue.add(new Chunk(due, ByteBuffer.allocate(count).put(arriving.flip()).flip()));
        queued += count;
      }
    }

    private void write(long now) throws IOException {
      for (var chunk = due(now); chunk != null; chunk = due(now)) {
        queued -= sink.write(chunk.bytes());
        if (chunk.bytes().hasRemaining()) {
          return;
        }
        queue.remove();
      }
    }

    private @Nullable Chunk due(long now) {
      var chunk = queue.peek();
      return chunk != null && chunk.due() - now <= 0 ? chunk : null;
    }

    int readInterest(Treatment treatment) {
      return treatment.withheld() || ended || queued >= MOST_QUEUED ? 0 : SelectionKey.OP_READ;
    }

    int writeInterest(long now, Treatment treatment) {
      return treatment.withheld() || due(now) == null ? 0 : SelectionKey.OP_WRITE;
    }

    long nanosToNextByte(long now, Treatment treatment) {
      var chunk = queue.peek();
      // A chunk that is due waits for its sink, not for the clock.
      return chunk == null || treatment.withheld() || chunk.due() - now <= 0
          ? Long.MAX_VALUE
          : chunk.due() - now;
    }

    boolean isOver() {
      return over;
    }
  }

  private record Chunk(long due, ByteBuffer bytes) {}
}
