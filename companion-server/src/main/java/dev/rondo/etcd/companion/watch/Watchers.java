package dev.rondo.etcd.companion.watch;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.storage.Interval;
import dev.rondo.etcd.wire.WatchCreateRequest;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The watchers of one stream by their ids, and what a request for one must be like. */
final class Watchers {
  private static final ByteString FIRST_KEY = ByteString.copyFrom(new byte[1]);

  private final Map<Long, Watcher> byId = new HashMap<>();
  private long nextId;

  /** Why etcd refuses the request, or null if it does not. */
  @Nullable String refusal(WatchCreateRequest request) {
    if (request.getStartRevision() < 0) {
      return EtcdError.COMPACTED.text(); // since 3.5.24
    }
    if (isEmpty(keys(request))) {
      return "mvcc: watcher range is empty";
    }
    if (request.getWatchId() != 0 && byId.containsKey(request.getWatchId())) {
      return "mvcc: duplicate watch ID provided on the WatchStream";
    }
    return null;
  }

  /** Makes a watcher that was not refused, on a store of that revision. */
  Watcher create(WatchStream stream, WatchCreateRequest request, long revision) {
    long id = request.getWatchId() == 0 ? drawId() : request.getWatchId();
    long start = request.getStartRevision() == 0 ? revision + 1 : request.getStartRevision();
    var watcher = new Watcher(stream, id, keys(request), start, request);
    byId.put(id, watcher);
    return watcher;
  }

  /** Returns null if there is none. */
  @Nullable Watcher remove(long id) {
    return byId.remove(id);
  }

  boolean isEmpty() {
    return byId.isEmpty();
  }

  Collection<Watcher> all() {
    return Collections.unmodifiableCollection(byId.values());
  }

  private static Interval keys(WatchCreateRequest request) {
    var key = request.getKey().isEmpty() ? FIRST_KEY : request.getKey();
    return new Interval(key, request.getRangeEnd());
  }

  private static boolean isEmpty(Interval keys) {
    boolean closed = !keys.isSingle() && !keys.isOpen();
    return closed
        && ByteString.unsignedLexicographicalComparator().compare(keys.key(), keys.end()) >= 0;
  }

  private long drawId() {
    while (byId.containsKey(nextId)) {
      nextId++;
    }
    return nextId++;
  }
}
