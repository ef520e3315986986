package dev.rondo.etcd.testing;

/**
 * Runs one etcd over and over on the same data. Each method returns when its effect is in force.
 */
public interface EtcdRunner extends AutoCloseable {
  /**
   * Starts etcd; returns when the other members can reach it, which may be before it serves
   * clients.
   */
  void start();

  /** Ends etcd without a chance to say goodbye. */
  void kill();

  /** Ends etcd and lets it hand over its leadership. */
  void stop();

  /** Freezes etcd: connections stay open and nothing is answered. */
  void pause();

  /** Lets a frozen etcd go on; harmless if it is not frozen. */
  void resume();

  /** Returns whether etcd has not ended; true while paused. */
  boolean isRunning();

  /** Ends etcd for good. */
  @Override
  void close();
}
