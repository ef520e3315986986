package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Backoff;
import dev.rondo.etcd.balancer.internal.Timer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads all that a watched range holds, and brings it into the watch's buffer page by page, as
 * there is room. Touched by the watcher's tasks only.
 */
final class Resync {
  private static final int LARGEST_PAGE = 1000;

  private final WatchedRange watch;
  private final Backoff backoff;
  private int pageSize;
  private @Nullable ScanPage told; // the last one in the buffer; null before the first
  private @Nullable ScanPage waiting; // for room
  private @Nullable CompletableFuture<ScanPage> coming;
  private @Nullable Timer pause;
  private boolean isOver;

  Resync(WatchedRange watch) {
    this.watch = watch;
    this.backoff = watch.watcher().newBackoff();
    this.pageSize = Math.min(LARGEST_PAGE, watch.options().bufferEvents());
  }

  void start() {
    pause = null;
    CompletableFuture<ScanPage> page =
        told != null
            ? told.next()
            : ScanPage.read(
                watch.calls(),
                watch.namespace(),
                watch.range(),
                ScanOptions.of(scan -> scan.pageSize(pageSize)));
    coming = page;
    var unused =
        page.whenComplete((read, failure) -> watch.watcher().run(() -> came(read, failure)));
  }

  private void came(@Nullable ScanPage page, @Nullable Throwable failure) {
    coming = null;
    if (isOver) {
      return;
    }
    if (page == null) {
      failed(failure);
      return;
    }
    backoff.reset();
    waiting = page;
    goOn();
  }

  private void failed(@Nullable Throwable failure) {
    Code code = failure instanceof EtcdException known ? known.code() : Code.UNKNOWN;
    if (code == Code.COMPACTED) {
      told = null; // all over again, at a later revision
    } else if (code == Code.ANSWER_TOO_LARGE) {
      if (pageSize == 1) {
        watch.end(new WatchEnd.TooLarge(Revision.of(watch.next())));
        return;
      }
      told = null;
      pageSize /= 2;
    } else if (code.text() != null
        && !code.isTransient()
        && failure instanceof EtcdException refusal) {
      watch.end(new WatchEnd.Refused(refusal));
      return;
    }
    pause = watch.watcher().after(backoff.next(), this::start);
  }

  /** Brings the page that waits into the buffer if it fits, and asks for the next one. */
  void goOn() {
    ScanPage page = waiting;
    if (page == null) {
      return;
    }
    boolean isFirst = told == null;
    if (!watch
        .buffer()
        .offer(new WatchEvent.Resynced(page.revision(), page.kvs(), isFirst, page.isLast()))) {
      return;
    }
    waiting = null;
    told = page;
    if (page.isLast()) {
      isOver = true;
      watch.resynced(page.revision());
    } else {
      start();
    }
  }

  void stop() {
    isOver = true;
    if (coming != null) {
      coming.cancel(true);
    }
    Timer.stop(pause);
  }
}
