package dev.rondo.etcd.integration;

import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.kv.WatchBatch;
import dev.rondo.etcd.kv.WatchEnd;
import dev.rondo.etcd.kv.WatchEvent;
import dev.rondo.etcd.kv.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** All that one watch told. */
final class HeardEvents implements WatchListener {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final List<WatchBatch> batches = new CopyOnWriteArrayList<>();
  final List<WatchEnd> ends = new CopyOnWriteArrayList<>();

  @Override
  public void onBatch(WatchBatch batch) {
    batches.add(batch);
  }

  @Override
  public void onEnd(WatchEnd end) {
    ends.add(end);
  }

  List<WatchEvent> events() {
    return batches.stream().flatMap(batch -> batch.events().stream()).toList();
  }

  /** The changes, in the order in which they were told. */
  List<WatchEvent> changes() {
    return events().stream()
        .filter(event -> event instanceof WatchEvent.Put || event instanceof WatchEvent.Delete)
        .toList();
  }

  /** What was written and deleted, as text such as {@code key=value} or {@code -key}. */
  List<String> told() {
    return changes().stream().map(HeardEvents::text).toList();
  }

  private static String text(WatchEvent change) {
    return change instanceof WatchEvent.Put put
        ? put.kv().key().utf8() + "=" + put.kv().value().utf8()
        : "-" + ((WatchEvent.Delete) change).key().utf8();
  }

  void awaitChanges(int count) {
    await().atMost(PATIENCE).until(() -> changes().size() >= count);
  }

  void awaitEnd() {
    await().atMost(PATIENCE).until(() -> !ends.isEmpty());
  }
}
