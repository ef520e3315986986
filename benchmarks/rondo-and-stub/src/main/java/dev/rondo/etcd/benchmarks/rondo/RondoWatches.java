package dev.rondo.etcd.benchmarks.rondo;

import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.benchmarks.watches.WatchTarget;
import dev.rondo.etcd.benchmarks.watches.WatchWorker;
import dev.rondo.etcd.kv.AsyncKvClient;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Watch;
import dev.rondo.etcd.kv.WatchBatch;
import dev.rondo.etcd.kv.WatchEvent;
import dev.rondo.etcd.kv.WatchOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Rondo with all its defaults. */
public final class RondoWatches implements WatchTarget {
  private final AsyncKvClient kv;
  private final List<Watch> open = new ArrayList<>();

  private RondoWatches(int port) {
    Connection connection = Connection.builder().endpoints("http://127.0.0.1:" + port).build();
    connection.awaitReady(Duration.ofSeconds(10));
    kv =
        KvClient.over(connection)
            .with(call -> call.timeout(Duration.ofSeconds(PATIENCE_SECONDS)))
            .async();
  }

  /** Runs a worker. */
  public static void main(String[] arguments) {
    WatchWorker.serve(arguments, RondoWatches::new);
  }

  @Override
  public void open(String prefix, int count, Hearing hearing) {
    List<CompletableFuture<Watch>> created = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      created.add(
          kv.watch(KeyRange.key(prefix + i), WatchOptions.DEFAULT, batch -> tell(batch, hearing)));
    }
    created.forEach(watch -> open.add(watch.join()));
  }

  private static void tell(WatchBatch batch, Hearing hearing) {
    long bytes = 0;
    int events = 0;
    for (WatchEvent event : batch.events()) {
      if (event instanceof WatchEvent.Put put) {
        bytes += put.kv().value().size();
        events++;
      }
    }
    hearing.heard(events, bytes);
  }

  @Override
  public void close() {
    open.forEach(Watch::close);
    open.clear();
  }
}
