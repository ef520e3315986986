package dev.rondo.etcd.companion.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** Notices that this member belongs to the cluster no more. */
final class Removal {
  /** As in etcd: whoever asked this very member to remove itself gets an answer before. */
  private static final Duration DELAY = Duration.ofSeconds(1);

  private final long memberId;
  private final Workers workers;
  private final AtomicBoolean isNoticed = new AtomicBoolean();
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  Removal(EngineSettings settings, Workers workers) {
    this.memberId = settings.memberId();
    this.workers = workers;
  }

  void removed(long member) {
    if (member == memberId && isNoticed.compareAndSet(false, true)) {
      workers.after(DELAY, () -> over.complete(null));
    }
  }

  void onRemoved(Runnable listener) {
    var unused = over.thenRun(listener);
  }
}
