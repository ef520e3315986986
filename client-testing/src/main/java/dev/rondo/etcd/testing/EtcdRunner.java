package dev.rondo.etcd.testing;

/**
 * Runs one etcd over and over on the same data. Each method returns when its effect is in force.
 */
interface EtcdRunner extends AutoCloseable {
  void start();

  /** Ends etcd without a chance to say goodbye. */
  void kill();

  /** Ends etcd and lets it hand over its leadership. */
  void stop();

  void pause();

  void resume();

  /** Returns whether etcd has not ended; true while paused. */
  boolean isRunning();

  /** Ends etcd for good. */
  @Override
  void close();
}
