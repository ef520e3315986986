package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Revision;
import java.util.List;

/**
 * What a watch tells at once: either changes or one notice. Changes are in the order in which they
 * were made, and those of one revision (of one transaction) are never in two batches.
 *
 * @param events at least one
 */
public record WatchBatch(List<WatchEvent> events) {
  /** Copies the events. */
  public WatchBatch {
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
