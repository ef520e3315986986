package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.KeyValue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Events of a watch that were decoded as far as they can be, and what came in the way. Not safe for
 * use by many threads.
 */
final class DecodedEvents<K, V> {
  private final Codecs<K, V> codecs;
  private final Queue<TypedWatchEvent<K, V>> events = new ArrayDeque<>();
  private final Queue<DecodingException> failures = new ArrayDeque<>();

  DecodedEvents(Codecs<K, V> codecs) {
    this.codecs = codecs;
  }

  void add(WatchBatch batch) {
    batch.events().forEach(this::add);
  }

  /** Adds the event, or why it cannot be decoded, or both if that is so for a part of it. */
  void add(WatchEvent event) {
    try {
      events.add(decode(event));
    } catch (DecodingException e) {
      failures.add(e);
    }
  }

  private TypedWatchEvent<K, V> decode(WatchEvent event) {
    if (event instanceof WatchEvent.Put put) {
      return new TypedWatchEvent.Put<>(codecs.decode(put.kv()), previous(put.prevKv()));
    }
    if (event instanceof WatchEvent.Delete delete) {
      return new TypedWatchEvent.Delete<>(
          codecs.decode(delete.key(), delete.revision()),
          delete.revision(),
          previous(delete.prevKv()));
    }
    if (event instanceof WatchEvent.Resynced part) {
      return new TypedWatchEvent.Resynced<>(
          part.revision(), decode(part.kvs()), part.isFirst(), part.isLast());
    }
    return event instanceof WatchEvent.Progress
        ? new TypedWatchEvent.Progress<>(event.revision())
        : new TypedWatchEvent.Reconnected<>(event.revision());
  }

  /** A change is worth telling, though what was before can no longer be read. */
  private Optional<TypedKeyValue<K, V>> previous(Optional<KeyValue> prevKv) {
    return prevKv.map(this::decode);
  }

  private List<TypedKeyValue<K, V>> decode(List<KeyValue> kvs) {
    List<TypedKeyValue<K, V>> decoded = new ArrayList<>(kvs.size());
    for (KeyValue kv : kvs) {
      TypedKeyValue<K, V> typed = decode(kv);
      if (typed != null) {
        decoded.add(typed);
      }
    }
    return decoded;
  }

  private @Nullable TypedKeyValue<K, V> decode(KeyValue kv) {
    try {
      return codecs.decode(kv);
    } catch (DecodingException e) {
      failures.add(e);
      return null;
    }
  }

  boolean isEmpty() {
    return events.isEmpty() && failures.isEmpty();
  }

  /** Takes the next failure; null if there is none. */
  @Nullable DecodingException nextFailure() {
    return failures.poll();
  }

  /** Takes the next event. */
  TypedWatchEvent<K, V> nextEvent() {
    return events.remove();
  }

  /** Takes all events; empty if there are none. */
  Optional<TypedWatchBatch<K, V>> rest() {
    if (events.isEmpty()) {
      return Optional.empty();
    }
    TypedWatchBatch<K, V> rest = new TypedWatchBatch<>(List.copyOf(events));
    events.clear();
    return Optional.of(rest);
  }
}
