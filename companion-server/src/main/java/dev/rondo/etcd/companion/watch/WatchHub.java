package dev.rondo.etcd.companion.watch;

import dev.rondo.etcd.companion.storage.Change;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.ResponseHeader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongFunction;

/**
 * The watchers of all streams of one member.
 *
 * <p>A watcher is synced or lagging. The synced ones stand here, by the keys that they watch: the
 * thread that writes to the store looks up who wants to hear of a commit, and hands it to their
 * streams without waiting. Lagging ones belong to their {@link WatchStream}, which reads the
 * store's history for them at its own pace, and brings them back once they have caught up.
 *
 * <p>Safe for use by many threads. The writing thread shares one lock with those who move a watcher
 * in or out, which are short.
 */
public final class WatchHub {
  private final Store store;
  private final Executor executor;
  private final ScheduledExecutorService timer;
  private final Responses responses;
  private final WatchSettings settings;

  private final WatcherIndex synced = new WatcherIndex(); // guarded by this
  private long heard; // the newest revision handed to synced watchers; guarded by this

  /**
   * Listens to the store from now on.
   *
   * @param executor runs the streams, on threads of its own; once it is shut down they stand still
   * @param timer tells when progress is due; should forget tasks when they are cancelled
   * @param headers makes a header for a response as of a revision
   */
  public WatchHub(
      Store store,
      Executor executor,
      ScheduledExecutorService timer,
      LongFunction<ResponseHeader> headers,
      WatchSettings settings) {
    this.store = store;
    this.executor = executor;
    this.timer = timer;
    this.responses = new Responses(store, headers, settings.fragmentBytes());
    this.settings = settings;
    this.heard = store.revision();
    store.onCommit(this::announce);
    store.onLoad(this::restored);
  }

  /** Serves a new stream until its {@link WatchStream#end}. */
  public WatchStream open(Outlet outlet) {
    var stream = new WatchStream(this, store, responses, executor, outlet);
    stream.start(timer, settings.progressInterval());
    return stream;
  }

  /**
   * The store's content was replaced, without a commit for each revision: whoever was synced reads
   * the history that it missed.
   */
  private synchronized void restored() {
    long missed = heard + 1;
    heard = store.revision();
    for (var watcher : List.copyOf(synced.all())) {
      synced.remove(watcher);
      watcher.stream().tell(new Notice.Fall(watcher, missed));
    }
  }

  private synchronized void announce(Store.Commit commit) {
    heard = commit.revision();
    var changes = new LinkedHashMap<Watcher, List<Change>>();
    for (var change : commit.changes()) {
      synced.forEach(
          change.keyValue().getKey(),
          watcher -> {
            if (watcher.wants(change)) {
              changes.computeIfAbsent(watcher, first -> new ArrayList<>(1)).add(change);
            }
          });
    }
    changes.forEach((watcher, wanted) -> deliver(watcher, commit.revision(), wanted));
  }

  private void deliver(Watcher watcher, long revision, List<Change> changes) {
    if (!watcher.stream().offer(new Notice.Delivery(watcher, revision, changes))) {
      synced.remove(watcher);
      watcher.stream().tell(new Notice.Fall(watcher, revision));
    }
  }

  /** Takes those in that have heard of all that was handed out, and returns them. */
  synchronized List<Watcher> join(List<Watcher> watchers) {
    var joined = watchers.stream().filter(watcher -> watcher.next > heard).toList();
    joined.forEach(synced::add);
    return joined;
  }

  /** Hands nothing more to this watcher, if anything. */
  synchronized void leave(Watcher watcher) {
    synced.remove(watcher);
  }

  /** Tells a stream, behind all that was handed to it, how far its synced watchers are. */
  synchronized void tellProgress(WatchStream stream, LongFunction<Notice> notice) {
    stream.tell(notice.apply(heard));
  }

  /** How many watchers are synced. */
  synchronized int synced() {
    return synced.all().size();
  }
}
