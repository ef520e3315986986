package dev.rondo.etcd.companion.consensus.ratis;

import dev.rondo.etcd.companion.consensus.StateMachine.Saver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one snapshot at a time, on a thread of its own. Ratis would write it on the applying
 * thread; so each time Ratis asks for one, it hears of the one that was finished since.
 */
final class SnapshotTaker {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotTaker.class);

  private final String name;
  private final SnapshotFiles files;
  private final LongConsumer logBefore;
  private @Nullable Thread writer; // these are guarded by this
  private @Nullable TermIndex finished;
  private int generation;

  /**
   * @param logBefore drops the log up to an index that a snapshot covers
   */
  SnapshotTaker(String name, SnapshotFiles files, LongConsumer logBefore) {
    this.name = name;
    this.files = files;
    this.logBefore = logBefore;
  }

  /** The index of a snapshot that was finished since the last call. */
  synchronized OptionalLong takeFinished() {
    var index = finished == null ? OptionalLong.empty() : OptionalLong.of(finished.getIndex());
    finished = null;
    return index;
  }

  synchronized boolean isBusy() {
    return writer != null;
  }

  synchronized void start(TermIndex last, Saver saver) {
    int mine = generation;
    var thread = new Thread(() -> run(last, saver, mine), name);
    thread.setDaemon(true);
    writer = thread;
    thread.start();
  }

  /** What is being written will not count: another state takes its place. */
  synchronized void discard() {
    generation++;
    finished = null;
  }

  private void run(TermIndex last, Saver saver, int mine) {
    try (saver) {
      if (finish(files.write(last, saver), last, mine)) {
        // Ratis would do so when it hears of the snapshot, which may be long after.
        logBefore.accept(last.getIndex());
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("{}: no snapshot could be written, the log stays as long as it is", name, e);
    } finally {
      synchronized (this) {
        writer = null;
      }
    }
  }

  private synchronized boolean finish(Path written, TermIndex last, int mine) throws IOException {
    if (mine != generation) {
      Files.delete(written);
      return false;
    }
    files.publish(written, last);
    finished = last;
    return true;
  }

  /** Waits until nothing is written any more. */
  void awaitEnd() throws InterruptedException {
    Thread last;
    synchronized (this) {
      last = writer;
    }
    if (last != null) {
      last.join();
    }
  }
}
