package dev.rondo.etcd.companion.watch;

import dev.rondo.etcd.companion.storage.Change;
import java.util.List;

/**
 * What a stream is told by others, in the order of revisions: when one of these is read, all about
 * earlier revisions was read before.
 */
sealed interface Notice {
  /** What a synced watcher wants to hear of one commit. */
  record Delivery(Watcher watcher, long revision, List<Change> changes) implements Notice {}

  /** A watcher is not synced any more: it must read the history from this revision on. */
  record Fall(Watcher watcher, long revision) implements Notice {}

  /** The client asked how far the stream is; its synced watchers have heard of this revision. */
  record Progress(long revision) implements Notice {}

  /** It is time to tell quiet watchers of progress. */
  record Tick(long revision) implements Notice {}
}
