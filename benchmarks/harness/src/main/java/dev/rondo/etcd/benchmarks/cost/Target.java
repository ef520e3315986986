package dev.rondo.etcd.benchmarks.cost;

import org.jspecify.annotations.Nullable;

/**
 * The calls of one client, made as an application makes them: each builds its request from {@link
 * Sample} and reads its answer. Called by many threads. Nobody closes it: the JVM ends with it.
 */
public interface Target {
  /** Reads the sample's key, and returns the size of its value. */
  int get() throws Exception;

  /** Writes the sample. */
  void put() throws Exception;

  /** Reads the sample's key without blocking. */
  void get(Ending ending);

  /** Writes the sample without blocking. */
  void put(Ending ending);

  /** Hears how a call ended. */
  @FunctionalInterface
  interface Ending {
    /**
     * The call ended.
     *
     * @param valueSize the size of the value that was read, 0 for a write or a failure
     * @param failure null if it ended well
     */
    void ended(int valueSize, @Nullable Throwable failure);
  }

  /** Connects a client. */
  @FunctionalInterface
  interface Opening {
    /** Returns a client of the server at {@code port} on loopback. */
    Target open(int port) throws Exception;
  }
}
