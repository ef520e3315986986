package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Writes down what a cache tells, makes a copy of it, and checks that it may be told. */
final class HeardChanges implements CacheListener {
  final List<CacheSnapshot> starts = new ArrayList<>();
  final List<CacheBatch> batches = new ArrayList<>();
  final List<CacheEnd> ends = new ArrayList<>();
  final List<Throwable> errors = new ArrayList<>();
  Consumer<CacheBatch> onBatch = batch -> {};
  private final NavigableMap<Bytes, KeyValue> copy = new TreeMap<>();
  private Revision last = Revision.NONE;

  @Override
  public void onStart(CacheSnapshot start) {
    assertThat(starts).isEmpty();
    assertThat(batches).isEmpty();
    starts.add(start);
    copy.putAll(start.map());
    last = start.revision();
  }

  @Override
  public void onChange(CacheBatch batch) {
    assertThat(starts).hasSize(1);
    assertThat(ends).as("nothing follows the end").isEmpty();
    assertThat(batch.revision()).isGreaterThan(last);
    last = batch.revision();
    batches.add(batch);
    batch.changes().forEach(this::apply);
    onBatch.accept(batch);
  }

  private void apply(CacheChange change) {
    if (change instanceof CacheChange.Put put) {
      assertThat(copy.put(put.key(), put.kv())).isEqualTo(put.prevKv().orElse(null));
    } else if (change instanceof CacheChange.Delete delete) {
      assertThat(copy.remove(delete.key())).isEqualTo(delete.prevKv());
    }
  }

  @Override
  public void onEnd(CacheEnd end) {
    ends.add(end);
  }

  @Override
  public void onError(Throwable thrown) {
    errors.add(thrown);
  }

  NavigableMap<Bytes, KeyValue> copy() {
    return copy;
  }

  List<CacheChange> changes() {
    return batches.stream().flatMap(batch -> batch.changes().stream()).toList();
  }

  List<Revision> revisions() {
    return batches.stream().map(CacheBatch::revision).toList();
  }
}
