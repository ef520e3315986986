package dev.rondo.etcd.kv;

import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.WatchResponse;

/** Where on a stream of a watch it is cut. */
enum CutPlace {
  BEFORE_CREATED,
  AFTER_CREATED,
  MID_HISTORY,
  BETWEEN_FRAGMENTS,
  AFTER_PROGRESS;

  /** What was sent on one stream. Not safe for use by many threads. */
  static final class Sent {
    private int batches; // of changes
    private boolean hasProgress;

    /** Whether the place is right before {@code message}, which is next. */
    boolean isBefore(CutPlace place, WatchResponse message, ModelStore store) {
      boolean isEvents = message.getEventsCount() > 0;
      return switch (place) {
        case BEFORE_CREATED -> message.getCreated();
        case AFTER_CREATED -> !message.getCreated();
        case MID_HISTORY -> isEvents && batches > 0;
        case BETWEEN_FRAGMENTS -> isEvents && isInsideItsRevision(message, store);
        case AFTER_PROGRESS -> isEvents && hasProgress;
      };
    }

    private static boolean isInsideItsRevision(WatchResponse message, ModelStore store) {
      Event first = message.getEvents(0);
      Event begin =
          store.from(first.getKv().getModRevision(), false).firstEntry().getValue().get(0);
      return !first.getKv().equals(begin.getKv());
    }

    void add(WatchResponse message) {
      boolean isEvents = message.getEventsCount() > 0;
      batches += isEvents ? 1 : 0;
      hasProgress |= !isEvents && !message.getCreated();
    }
  }
}
