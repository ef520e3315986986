package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.KeyValue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Goes through the pages of a scan; done after the last one. */
final class ScanWalk extends CompletableFuture<Void> {
  private final Consumer<? super KeyValue> consumer;
  private volatile @Nullable CompletableFuture<ScanPage> coming;

  ScanWalk(Consumer<? super KeyValue> consumer) {
    this.consumer = consumer;
  }

  void from(ScanPage start) {
    try {
      walk(start);
    } catch (RuntimeException | Error e) {
      completeExceptionally(e);
    }
  }

  /** A loop where the next page is there already: recursion would fill the stack. */
  private void walk(ScanPage start) {
    ScanPage page = start;
    while (consume(page) && !page.isLast()) {
      CompletableFuture<ScanPage> next = ask(page);
      if (!next.isDone() || next.isCompletedExceptionally()) {
        var unused = next.whenComplete(this::arrived);
        return;
      }
      page = next.join();
    }
    complete(null); // does nothing after a cancel
  }

  /** Returns whether to go on. */
  private boolean consume(ScanPage page) {
    for (KeyValue kv : page.kvs()) {
      if (isDone()) {
        return false;
      }
      consumer.accept(kv);
    }
    return !isDone();
  }

  /** Whoever cancels either sees the page that is coming, or is seen here. */
  private CompletableFuture<ScanPage> ask(ScanPage page) {
    CompletableFuture<ScanPage> next = page.next();
    coming = next;
    if (isDone()) {
      next.cancel(true);
    }
    return next;
  }

  private void arrived(@Nullable ScanPage page, @Nullable Throwable failure) {
    if (page != null) {
      from(page);
    } else if (failure != null) {
      completeExceptionally(failure);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    CompletableFuture<ScanPage> next = coming;
    if (cancelled && next != null) {
      next.cancel(mayInterruptIfRunning);
    }
    return cancelled;
  }
}
