package dev.rondo.etcd.kv;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The events of a watch as a typed view reads them, one after the other; all of {@link
 * WatchIterator} is true of this, too. To be used by one thread at a time, but closed by any.
 *
 * <p>Where an event cannot be decoded, going on throws a {@link DecodingException} in its place,
 * and the next call goes on after it. It is thrown before an event of which a part alone cannot be
 * decoded: what a key was before, or some keys of a resync.
 *
 * @param <K> the type of keys
 * @param <V> the type of values
 */
public final class TypedWatchIterator<K, V>
    implements Iterator<TypedWatchEvent<K, V>>, AutoCloseable {
  private final WatchIterator events;
  private final DecodedEvents<K, V> decoded;

  TypedWatchIterator(WatchIterator events, Codecs<K, V> codecs) {
    this.events = events;
    this.decoded = new DecodedEvents<>(codecs);
  }

  /** The watch: how it stands, and how far it is. */
  public Watch watch() {
    return events.watch();
  }

  @Override
  public boolean hasNext() {
    return hasDecoded() || events.hasNext();
  }

  @Override
  public TypedWatchEvent<K, V> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the watch was closed");
    }
    if (decoded.isEmpty()) {
      decoded.add(events.next());
    }
    throwFailure();
    return decoded.nextEvent();
  }

  /**
   * Returns the next batch, or what is left of the current one; see {@link
   * WatchIterator#nextBatch}. What cannot be decoded in it is thrown first, one by one.
   *
   * @param timeout how long to wait at most; zero to look only
   */
  public Optional<TypedWatchBatch<K, V>> nextBatch(Duration timeout) {
    if (!hasDecoded()) {
      Optional<WatchBatch> batch = events.nextBatch(timeout);
      if (batch.isEmpty()) {
        return Optional.empty();
      }
      decoded.add(batch.get());
    }
    throwFailure();
    return decoded.rest();
  }

  /** What is left after a failure; nothing once the watch was closed. */
  private boolean hasDecoded() {
    return !decoded.isEmpty() && watch().state() != WatchState.CLOSED;
  }

  private void throwFailure() {
    DecodingException failure = decoded.nextFailure();
    if (failure != null) {
      throw failure;
    }
  }

  /** Ends the watch; see {@link Watch#close}. */
  @Override
  public void close() {
    events.close();
  }
}
