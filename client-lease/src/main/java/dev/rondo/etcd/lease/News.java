package dev.rondo.etcd.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells users what happens to a lease, one piece of news after the other, on an executor that may
 * have many threads. Touched by one task at a time.
 */
final class News {
  private static final Logger log = LoggerFactory.getLogger(News.class);

  private final Executor executor;
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  News(Executor executor) {
    this.executor = executor;
  }

  /** Does {@code telling} after all before it. */
  void tell(Runnable telling) {
    last = last.thenRunAsync(telling, executor);
  }

  /** Tells those who listen by now. */
  <T> void tell(List<Consumer<T>> listeners, T what) {
    List<Consumer<T>> hearers = new ArrayList<>(listeners);
    tell(() -> hearers.forEach(hearer -> tell(hearer, what)));
  }

  /** Tells one listener, here, whatever it throws. */
  static <T> void tell(Consumer<T> listener, T what) {
    try {
      listener.accept(what);
    } catch (RuntimeException e) {
      log.warn("a listener of a lease failed at {}", what, e);
    }
  }
}
