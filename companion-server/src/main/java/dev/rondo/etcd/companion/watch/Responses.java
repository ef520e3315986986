package dev.rondo.etcd.companion.watch;

import com.google.protobuf.CodedOutputStream;
import dev.rondo.etcd.companion.storage.Change;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** Says things as etcd 3.5 says them. */
final class Responses {
  /** Instead of a watch's id: a watch that could not be created, or all watches of the stream. */
  private static final long NO_WATCH = -1;

  /**
   * How much history one response holds, unless a revision is larger. etcd has no such limit, but
   * here it is what waits in memory for each client that does not read: about as much as gRPC takes
   * anyway before it says so.
   */
  private static final int HISTORY_BYTES = 64 * 1024;

  private final Store store;
  private final LongFunction<ResponseHeader> headers;
  private final int fragmentBytes;

  Responses(Store store, LongFunction<ResponseHeader> headers, int fragmentBytes) {
    this.store = store;
    this.headers = headers;
    this.fragmentBytes = fragmentBytes;
  }

  WatchResponse created(long id, long revision) {
    return to(id, revision).setCreated(true).build();
  }

  WatchResponse refused(String reason, long revision) {
    return to(NO_WATCH, revision)
        .setCreated(true)
        .setCanceled(true)
        .setCancelReason(reason)
        .build();
  }

  WatchResponse canceled(long id) {
    return to(id, store.revision()).setCanceled(true).build();
  }

  /** Compaction overtook a watcher. etcd gives no revision in this header. */
  WatchResponse compacted(long id, long compactRevision) {
    return to(id, 0).setCanceled(true).setCompactRevision(compactRevision).build();
  }

  WatchResponse progress(long id, long revision) {
    return to(id, revision).build();
  }

  WatchResponse progressOfAll(long revision) {
    return progress(NO_WATCH, revision);
  }

  /** One response, or its fragments if the watcher takes them and it is too large. */
  List<WatchResponse> events(Watcher watcher, long revision, List<Change> changes) {
    var whole = to(watcher.id(), revision);
    for (var change : changes) {
      whole.addEvents(event(watcher, change));
    }
    var response = whole.build();
    boolean fits = response.getSerializedSize() < fragmentBytes || changes.size() < 2;
    return fits || !watcher.wantsFragments() ? List.of(response) : fragments(response);
  }

  private List<WatchResponse> fragments(WatchResponse response) {
    var fragments = new ArrayList<WatchResponse>();
    var empty = response.toBuilder().clearEvents().setFragment(true).build();
    var fragment = empty.toBuilder();
    int bytes = empty.getSerializedSize();
    for (var event : response.getEventsList()) {
      int more = CodedOutputStream.computeMessageSize(WatchResponse.EVENTS_FIELD_NUMBER, event);
      if (fragment.getEventsCount() > 0 && bytes + more >= fragmentBytes) {
        fragments.add(fragment.build());
        fragment = empty.toBuilder();
        bytes = empty.getSerializedSize();
      }
      fragment.addEvents(event);
      bytes += more;
    }
    fragments.add(fragment.clearFragment().build());
    return fragments;
  }

  /** How many of these changes, of whole revisions, go into one response. */
  int fitting(Watcher watcher, List<Change> changes) {
    long bytes = 0;
    for (int i = 0; i < changes.size(); i++) {
      bytes += bytes(watcher, changes.get(i));
      boolean begins = i > 0 && changes.get(i).revision() > changes.get(i - 1).revision();
      if (begins && bytes >= HISTORY_BYTES) {
        return i;
      }
    }
    return changes.size();
  }

  private static int bytes(Watcher watcher, Change change) {
    var previous = change.previous();
    int more = watcher.wantsPrevious() && previous != null ? previous.getSerializedSize() : 0;
    return change.keyValue().getSerializedSize() + more;
  }

  private Event event(Watcher watcher, Change change) {
    var event = Event.newBuilder().setKv(change.keyValue());
    if (change.isDelete()) {
      event.setType(Event.EventType.DELETE);
    }
    var previous = change.previous();
    if (watcher.wantsPrevious()
        && previous != null
        && !isCreation(change)
        && isReadable(change.revision() - 1)) {
      event.setPrevKv(previous);
    }
    return event.build();
  }

  /** A key that one transaction deletes and puts is created: etcd shows nothing before it. */
  private static boolean isCreation(Change change) {
    var now = change.keyValue();
    return !change.isDelete() && now.getCreateRevision() == now.getModRevision();
  }

  /** etcd looks the previous value up where it was, and leaves it out if that is compacted. */
  private boolean isReadable(long revision) {
    return revision >= store.compactRevision();
  }

  private WatchResponse.Builder to(long id, long revision) {
    return WatchResponse.newBuilder().setHeader(headers.apply(revision)).setWatchId(id);
  }
}
