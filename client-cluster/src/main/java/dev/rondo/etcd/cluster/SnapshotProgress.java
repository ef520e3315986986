package dev.rondo.etcd.cluster;

/** Hears how far a snapshot has come. */
@FunctionalInterface
public interface SnapshotProgress {
  /**
   * A piece was written. Called for one piece after the other, on the connection's executor; the
   * next piece is not asked for before this returns. What it throws ends the snapshot, and is what
   * the caller gets.
   *
   * @param writtenBytes how many bytes of the file were written so far
   * @param remainingBytes how many are still to come by the word of the server, which leaves the
   *     digest at the end out of its count
   */
  void onProgress(long writtenBytes, long remainingBytes);
}
