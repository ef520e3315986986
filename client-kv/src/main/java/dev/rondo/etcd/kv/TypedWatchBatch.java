package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Revision;
import java.util.List;

/**
 * What a watch tells at once through a typed view; see {@link WatchBatch}.
 *
 * @param events at least one
 * @param <K> the type of keys
 * @param <V> the type of values
 */
public record TypedWatchBatch<K, V>(List<TypedWatchEvent<K, V>> events) {
  /** Copies the events. */
  public TypedWatchBatch {
    events = List.copyOf(events);
    if (events.isEmpty()) {
      throw new IllegalArgumentException("a batch must have at least one event, had none");
    }
  }

  /** The revision of the last event. */
  public Revision revision() {
    return events.get(events.size() - 1).revision();
  }
}
