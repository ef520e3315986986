package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import java.time.Duration;
import java.util.Optional;

/**
 * A watch that goes on until this is closed. Safe for use by many threads.
 *
 * <p>It survives the loss of its endpoint: it goes on at another one, with the revision after the
 * last that it had, and tells each change once. Such a break is no failure; {@link #state} and
 * {@link #disconnectedFor} show it. It ends by itself only for one of the reasons of {@link
 * WatchEnd}.
 *
 * <pre>{@code
 * Watch watch =
 *     kv.watch(
 *         KeyRange.prefix("orders/"),
 *         options -> options.startRevision(revision.next()),
 *         batch -> batch.events().forEach(event -> System.out.println(event.revision())));
 * }</pre>
 */
public interface Watch extends AutoCloseable {
  /** The keys that are watched. */
  KeyRange range();

  /** How the watch stands. */
  WatchState state();

  /**
   * The revision up to which all changes were consumed: those whose listener has returned. A watch
   * that starts right after it sees the rest. {@link Revision#NONE} before that is known.
   */
  Revision revision();

  /** For how long the watch has been cut off; empty if it is not. */
  Optional<Duration> disconnectedFor();

  /** Why the watch ended by itself; empty if it did not. */
  Optional<WatchEnd> end();

  /**
   * Ends the watch, on the server too. Never blocks, and may be called from the listener. No call
   * of the listener begins after this; one that runs on another thread may still be under way.
   * Closing twice does no harm.
   */
  @Override
  void close();
}
