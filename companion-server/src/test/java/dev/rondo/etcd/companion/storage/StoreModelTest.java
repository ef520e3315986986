package dev.rondo.etcd.companion.storage;

import static dev.rondo.etcd.companion.storage.TextStore.ALL;
import static dev.rondo.etcd.companion.storage.TextStore.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.storage.Store.Commit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Any sequence of operations does the same to the store and to a naive one. */
class StoreModelTest {
  private sealed interface Step {
    record Transact(List<Operation> operations, boolean commits) implements Step {}

    /** Raises the floor so far below the newest revision. */
    record Compact(int below) implements Step {}

    record RunBackground() implements Step {}

    record Freeze() implements Step {}

    /** Writes what was frozen, and goes on with that if {@code replaces}. */
    record Load(boolean replaces) implements Step {}
  }

  private sealed interface Operation {
    record Put(String key, String value, long lease) implements Operation {}

    record Delete(Interval keys) implements Operation {}
  }

  private record Frozen(Store.Saver saver, NaiveStore model) {}

  @Property(tries = 500)
  void doesWhatANaiveStoreDoes(@ForAll("steps") List<Step> steps) throws IOException {
    var run = new Run();
    for (var step : steps) {
      run.apply(step);
      run.assertAlike();
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    var transacts =
        Combinators.combine(operation().list().ofMinSize(1).ofMaxSize(4), often(9))
            .<Step>as(Step.Transact::new);
    var compacts = Arbitraries.integers().between(0, 6).<Step>map(Step.Compact::new);
    var loads = Arbitraries.of(true, false).<Step>map(Step.Load::new);
    return Arbitraries.frequencyOf(
            List.of(
                Tuple.of(12, transacts),
                Tuple.of(3, compacts),
                Tuple.of(3, Arbitraries.<Step>just(new Step.RunBackground())),
                Tuple.of(1, Arbitraries.<Step>just(new Step.Freeze())),
                Tuple.of(1, loads)))
        .list()
        .ofMaxSize(40);
  }

  /** True so many times for each time that it is false. */
  private static Arbitrary<Boolean> often(int times) {
    return Arbitraries.integers().between(0, times).map(number -> number > 0);
  }

  private static Arbitrary<Operation> operation() {
    var keys = Arbitraries.of("a", "b", "c", "d", "\u00ff");
    var ends = Arbitraries.of("", "", "\0", "b", "d");
    var puts =
        Combinators.combine(keys, Arbitraries.of("", "1", "2"), Arbitraries.longs().between(0, 2))
            .<Operation>as(Operation.Put::new);
    var deletes =
        Combinators.combine(keys, ends)
            .as(TextStore::interval)
            .<Operation>map(Operation.Delete::new);
    return Arbitraries.frequencyOf(List.of(Tuple.of(3, puts), Tuple.of(1, deletes)));
  }

  /** A store, the naive one beside it, and what is frozen of both. */
  private static final class Run {
    private final Queue<Runnable> background = new ArrayDeque<>();
    private final Store store = new Store(background::add);
    private NaiveStore model = new NaiveStore();
    private final Queue<Frozen> frozen = new ArrayDeque<>();
    private final List<Commit> heard = new ArrayList<>();
    private long heardFrom = 2;

    Run() {
      store.onCommit(heard::add);
    }

    void apply(Step step) throws IOException {
      if (step instanceof Step.Transact transact) {
        transact(transact);
      } else if (step instanceof Step.Compact compact) {
        compact(model.revision() - compact.below());
      } else if (step instanceof Step.RunBackground) {
        runBackground();
      } else if (step instanceof Step.Freeze) {
        frozen.add(new Frozen(store.save(), model.copy()));
      } else if (step instanceof Step.Load load && !frozen.isEmpty()) {
        load(load.replaces());
      }
    }

    private void transact(Step.Transact transact) {
      try (var txn = store.begin()) {
        for (var operation : transact.operations()) {
          apply(operation, txn);
          assertThat(txn.range(ALL, 0, 0).keyValues()).isEqualTo(model.rangeNow(ALL));
        }
        if (transact.commits()) {
          model.commit();
          assertThat(txn.commit()).isEqualTo(model.revision());
        } else {
          model.takeBack();
        }
      }
    }

    private void apply(Operation operation, Store.Transaction txn) {
      if (operation instanceof Operation.Put put) {
        txn.put(bytes(put.key()), bytes(put.value()), put.lease());
        model.put(bytes(put.key()), bytes(put.value()), put.lease());
      } else if (operation instanceof Operation.Delete delete) {
        assertThat(txn.delete(delete.keys())).isEqualTo(model.delete(delete.keys()));
      }
    }

    private void compact(long revision) {
      if (revision <= model.floor()) {
        assertThatThrownBy(() -> store.compact(revision)).hasMessage(EtcdError.COMPACTED.text());
      } else {
        store.compact(revision);
        model.compact(revision);
      }
    }

    private void runBackground() {
      while (!background.isEmpty()) {
        background.remove().run();
      }
    }

    private void load(boolean replaces) throws IOException {
      var from = frozen.remove();
      var out = new ByteArrayOutputStream();
      from.saver().writeTo(out);
      var target = replaces ? store : new Store(background::add);
      target.load(new ByteArrayInputStream(out.toByteArray()));
      if (replaces) {
        model = from.model();
        heardFrom = model.revision() + 1;
        heard.clear();
      }
      assertAlike(target, from.model());
    }

    void assertAlike() {
      assertAlike(store, model);
      assertThat(heard).extracting(Commit::revision).isSorted();
      assertThat(heard).hasSize((int) (model.revision() + 1 - heardFrom));
    }

    private static void assertAlike(Store store, NaiveStore model) {
      assertThat(store.revision()).isEqualTo(model.revision());
      assertThat(store.compactRevision()).isEqualTo(model.floor());
      for (long at = Math.max(1, model.floor()); at <= model.revision(); at++) {
        assertThat(store.range(ALL, at, 0).keyValues()).isEqualTo(model.range(ALL, at));
        var some = TextStore.interval("b", "d");
        var page = store.range(some, at, 1);
        assertThat(page.count()).isEqualTo(model.range(some, at).size());
        assertThat(page.keyValues()).isEqualTo(model.range(some, at).stream().limit(1).toList());
        var single = TextStore.single("a");
        assertThat(store.range(single, at, 0).keyValues()).isEqualTo(model.range(single, at));
        assertThat(store.history(at, Integer.MAX_VALUE).commits()).isEqualTo(model.history(at));
      }
      assertThatThrownBy(() -> store.range(ALL, model.revision() + 1, 0))
          .hasMessage(EtcdError.FUTURE_REVISION.text());
      if (model.floor() > 1) {
        assertThatThrownBy(() -> store.range(ALL, model.floor() - 1, 0))
            .hasMessage(EtcdError.COMPACTED.text());
      }
    }
  }
}
