package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** A cluster on fake time, and a client of it. */
final class WatchFixture {
  static final Duration TICK = Duration.ofMillis(1);

  final FakeTime time = new FakeTime();
  final FakeWatchServer server = new FakeWatchServer(time);
  final ModelStore store = server.store;
  final AsyncKvClient kv = new GrpcAsyncKvClient(server, Namespace.ROOT);

  /** Writes down what a watch tells, and checks that it may be told. */
  static final class Heard implements WatchListener {
    final List<WatchEvent> events = new ArrayList<>();
    final List<WatchBatch> batches = new ArrayList<>();
    final List<WatchEnd> ends = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();
    Consumer<WatchBatch> onBatch = batch -> {};
    private final Set<Long> revisions = new HashSet<>(); // of changes in earlier batches

    @Override
    public void onBatch(WatchBatch batch) {
      assertThat(ends).as("nothing follows the end").isEmpty();
      List<Long> own = changes(batch.events()).map(event -> event.revision().value()).toList();
      assertThat(own).isSorted().noneMatch(revisions::contains);
      revisions.addAll(own);
      batches.add(batch);
      events.addAll(batch.events());
      onBatch.accept(batch);
    }

    @Override
    public void onEnd(WatchEnd end) {
      ends.add(end);
    }

    @Override
    public void onError(Throwable thrown) {
      errors.add(thrown);
    }

    List<WatchEvent> changes() {
      return changes(events).toList();
    }

    private static java.util.stream.Stream<WatchEvent> changes(List<WatchEvent> events) {
      return events.stream()
          .filter(it -> it instanceof WatchEvent.Put || it instanceof WatchEvent.Delete);
    }

    <T extends WatchEvent> List<T> notices(Class<T> type) {
      return events.stream().filter(type::isInstance).map(type::cast).toList();
    }
  }

  CompletableFuture<Watch> start(Heard heard, Consumer<WatchOptions.Builder> options) {
    CompletableFuture<Watch> watch = kv.watch(KeyRange.all(), options, heard);
    run();
    return watch;
  }

  Watch watch(Heard heard, Consumer<WatchOptions.Builder> options) {
    CompletableFuture<Watch> watch = start(heard, options);
    assertThat(watch).isCompleted();
    return watch.join();
  }

  Watch watch(Heard heard) {
    return watch(heard, options -> {});
  }

  void put(String... keys) {
    store.put(keys);
    server.pump();
    run();
  }

  /** Runs what is due now, and what that left to do for users, until nothing is. */
  void run() {
    advance(Duration.ZERO);
  }

  void advance(Duration step) {
    time.advance(step);
    while (server.hasUserTasks()) {
      server.runUsers();
      time.runDue();
    }
  }

  /** What a watch from {@code revision} on tells. */
  List<WatchEvent> changesFrom(long revision) {
    return changesFrom(revision, false);
  }

  List<WatchEvent> changesFrom(long revision, boolean isPrevKv) {
    return store.from(revision, isPrevKv).values().stream()
        .flatMap(List::stream)
        .map(new Results(Namespace.ROOT)::change)
        .toList();
  }

  static EtcdException exception(CompletableFuture<?> failed) {
    assertThat(failed).isCompletedExceptionally();
    return (EtcdException) catchThrowableOfType(CompletionException.class, failed::join).getCause();
  }
}
