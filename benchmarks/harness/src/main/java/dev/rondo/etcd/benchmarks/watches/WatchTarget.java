package dev.rondo.etcd.benchmarks.watches;

/**
 * The watches of one client, made as an application makes them. Used by one thread; the JVM ends
 * with its client.
 */
public interface WatchTarget {
  /** How long anything may take here. */
  long PATIENCE_SECONDS = 120;

  /**
   * Watches that many keys from now on, each by a watch of its own, and returns when the server has
   * created all. The keys are {@code prefix} and a number.
   */
  void open(String prefix, int count, Hearing hearing) throws Exception;

  /** Ends all of them. */
  void close() throws Exception;

  /** Hears what came; called by many threads. */
  @FunctionalInterface
  interface Hearing {
    /**
     * Some events came at once.
     *
     * @param valueBytes the size of their values, each of which was looked at
     */
    void heard(int events, long valueBytes);
  }

  /** Connects a client. */
  @FunctionalInterface
  interface Opening {
    /** Returns a client of the server at {@code port} on loopback. */
    WatchTarget open(int port) throws Exception;
  }
}
