package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Blocking;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The events of a watch, one after the other, for a thread that waits for them; virtual ones are
 * fine. To be used by one thread at a time, but closed by any.
 *
 * <pre>{@code
 * try (WatchIterator changes = kv.watch(KeyRange.prefix("orders/"))) {
 *   while (changes.hasNext()) {
 *     WatchEvent change = changes.next();
 *   }
 * }
 * }</pre>
 *
 * <p>Going on waits until there is an event. After {@link #close} there is none. Where the watch
 * ends by itself, it throws a {@link WatchEndedException} after the last event; where the thread is
 * interrupted, an {@link EtcdException} with code {@code CANCELLED}, and the watch lives.
 */
public final class WatchIterator implements Iterator<WatchEvent>, AutoCloseable {
  private static final Duration FOR_EVER = Duration.ofDays(100_000);

  private final WatchedRange watch;
  private @Nullable WatchBatch batch; // the one that is gone through
  private int index; // in it

  WatchIterator(WatchedRange watch) {
    this.watch = watch;
  }

  /** The watch: how it stands, and how far it is. */
  public Watch watch() {
    return watch;
  }

  @Override
  public boolean hasNext() {
    return waitFor(FOR_EVER);
  }

  @Override
  public WatchEvent next() {
    if (!waitFor(FOR_EVER)) {
      throw new NoSuchElementException("the watch was closed");
    }
    return current().events().get(index++);
  }

  /**
   * Returns the next batch, or what is left of the current one: changes of whole revisions where
   * the last one was gone through. Empty if none came in time, or the watch was closed.
   *
   * @param timeout how long to wait at most; zero to look only
   */
  public Optional<WatchBatch> nextBatch(Duration timeout) {
    if (!waitFor(timeout)) {
      return Optional.empty();
    }
    WatchBatch whole = current();
    WatchBatch rest =
        index == 0 ? whole : new WatchBatch(whole.events().subList(index, whole.events().size()));
    index = whole.events().size();
    return Optional.of(rest);
  }

  private WatchBatch current() {
    if (batch == null) {
      throw new IllegalStateException("there is no batch");
    }
    return batch;
  }

  /** Waits until there is an event, and says whether. */
  private boolean waitFor(Duration timeout) {
    WatchBuffer buffer = watch.buffer();
    if (batch != null) {
      if (index < batch.events().size()) {
        return !buffer.isClosed();
      }
      batch = null;
      buffer.release();
    }
    try {
      batch = buffer.await(timeout.compareTo(FOR_EVER) < 0 ? timeout.toNanos() : Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Blocking.interrupted("watch", WriteOutcome.NOT_APPLIED, e);
    }
    index = 0;
    if (batch == null) {
      throwEnd(buffer);
    }
    return batch != null;
  }

  private static void throwEnd(WatchBuffer buffer) {
    WatchEnd end = buffer.end().orElse(null);
    if (end != null && !buffer.isClosed()) {
      throw WatchEndedException.of(end);
    }
  }

  /** Ends the watch; see {@link Watch#close}. */
  @Override
  public void close() {
    watch.close();
  }
}
