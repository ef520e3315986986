package dev.rondo.etcd.benchmarks.jetcd;

import dev.rondo.etcd.benchmarks.watches.WatchTarget;
import dev.rondo.etcd.benchmarks.watches.WatchWorker;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** jetcd with all its defaults, but that watches tell when they were created. */
public final class JetcdWatches implements WatchTarget {
  private static final WatchOption TELLING = WatchOption.builder().withCreateNotify(true).build();

  private final Watch watches;
  private final List<Watch.Watcher> open = new ArrayList<>();

  private JetcdWatches(int port) {
    watches = Client.builder().endpoints("http://127.0.0.1:" + port).build().getWatchClient();
  }

  /** Runs a worker. */
  public static void main(String[] arguments) {
    WatchWorker.serve(arguments, JetcdWatches::new);
  }

  @Override
  public void open(String prefix, int count, Hearing hearing) throws InterruptedException {
    CountDownLatch created = new CountDownLatch(count);
    for (int i = 1; i <= count; i++) {
      open.add(
          watches.watch(
              ByteSequence.from(prefix + i, StandardCharsets.UTF_8),
              TELLING,
              response -> tell(response, created, hearing),
              Throwable::printStackTrace));
    }
    if (!created.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(created.getCount() + " watches were not created");
    }
  }

  private static void tell(WatchResponse response, CountDownLatch created, Hearing hearing) {
    if (response.isCreatedNotify()) {
      created.countDown();
      return;
    }
    long bytes = 0;
    for (WatchEvent event : response.getEvents()) {
      bytes += event.getKeyValue().getValue().size();
    }
    hearing.heard(response.getEvents().size(), bytes);
  }

  @Override
  public void close() {
    open.forEach(Watch.Watcher::close);
    open.clear();
  }
}
