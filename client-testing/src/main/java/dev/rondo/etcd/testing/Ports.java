package dev.rondo.etcd.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Free ports, no two alike among the JVMs of one machine.
 *
 * <p>They come from below the ephemeral range, so that no outgoing connection takes the port of a
 * member while it is down. A JVM owns the hundred ports of a block whose first port it listens on;
 * the kernel gives that up with the JVM.
 */
final class Ports {
  private static final int FIRST = 10_000;
  private static final int BLOCK = 100;
  private static final int BLOCKS = 220;

  // All guarded by the class.
  private static final Set<Integer> taken = new HashSet<>();
  private static @Nullable ServerSocket owner;
  private static int next;

  private Ports() {}

  /** Returns a port that nothing listens on; it is the caller's until released. */
  static synchronized int take() {
    for (int tries = 0; tries < 10 * BLOCK; tries++) {
      int port = following();
      if (!taken.contains(port) && isFree(port)) {
        taken.add(port);
        return port;
      }
    }
    throw new IllegalStateException("no free port in a block of " + BLOCK);
  }

  static synchronized void release(int port) {
    taken.remove(port);
  }

  private static int following() {
    if (owner == null) {
      owner = ownBlock();
      next = 0;
    }
    next = next % (BLOCK - 1) + 1;
    return owner.getLocalPort() + next;
  }

  private static ServerSocket ownBlock() {
    int start = ThreadLocalRandom.current().nextInt(BLOCKS);
    for (int i = 0; i < BLOCKS; i++) {
      int first = FIRST + BLOCK * ((start + i) % BLOCKS);
      var socket = listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), first));
      if (socket != null) {
        return socket;
      }
    }
    throw new IllegalStateException("every block of ports is owned by somebody");
  }

  private static boolean isFree(int port) {
    try (var socket = listen(new InetSocketAddress(port))) {
      return socket != null;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close port " + port, e);
    }
  }

  /** Returns null if somebody else listens there. */
  private static @Nullable ServerSocket listen(InetSocketAddress address) {
    try {
      return new ServerSocket(address.getPort(), 1, address.getAddress());
    } catch (BindException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + address, e);
    }
  }
}
