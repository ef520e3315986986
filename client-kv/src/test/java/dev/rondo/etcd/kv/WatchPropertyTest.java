package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Random changes, cuts, compactions, losses of members and exchanges of the list of endpoints,
 * against the store's own history.
 */
class WatchPropertyTest {
  private static final List<Code> CODES =
      List.of(
          Code.UNAVAILABLE,
          Code.CANCELLED,
          Code.UNKNOWN,
          Code.NO_LEADER,
          Code.INTERNAL,
          Code.COMPACTED);

  private final WatchFixture given = new WatchFixture();
  private final Trouble trouble = new Trouble(given, CODES);
  private final FakeWatchServer server = given.server;
  private final ModelStore store = given.store;
  private final TreeMap<String, KeyValue> copy = new TreeMap<>(); // what the listener makes of it

  private void happen(Random random, boolean withCompactions) {
    int kind = random.nextInt(withCompactions ? 13 : 12);
    switch (kind) {
      case 11 -> server.endpoints(someOf(random));
      case 12 -> store.compact(store.revision() - random.nextInt(4));
      default -> trouble.happen(kind, random);
    }
    trouble.goOn(random);
  }

  /** At least one of the members, in any order. */
  private static List<Endpoint> someOf(Random random) {
    List<Endpoint> shuffled = new ArrayList<>(Trouble.MEMBERS);
    Collections.shuffle(shuffled, random);
    return shuffled.subList(0, 1 + random.nextInt(3));
  }

  private void settle() {
    server.down.clear();
    for (int i = 0; i < 5; i++) {
      server.pump();
      given.advance(Duration.ofSeconds(2));
    }
  }

  @Property(tries = 100)
  void tellsEachChangeOnce(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 12) int bufferEvents,
      @ForAll @IntRange(min = 0, max = 10) int start,
      @ForAll boolean isPrevKv) {
    var random = new Random(seed);
    var heard = new WatchFixture.Heard();
    for (int i = 0; i < 5; i++) {
      happen(random, false);
    }
    server.down.clear();
    server.pump();
    given.run();
    var watch =
        given.start(
            heard,
            options -> {
              options.bufferEvents(bufferEvents).startRevision(Revision.of(start)).progressNotify();
              if (isPrevKv) {
                options.prevKv();
              }
            });
    long first = start == 0 ? store.revision() + 1 : start;

    for (int i = 0; i < 60; i++) {
      happen(random, false);
    }
    settle();

    assertThat(watch).isCompleted();
    assertThat(heard.errors).isEmpty();
    assertThat(heard.changes()).isEqualTo(given.changesFrom(first, isPrevKv));
    assertThat(heard.ends).isEmpty();
    assertThat(watch.join().state()).isEqualTo(WatchState.ACTIVE);
    assertThat(progressIsTrue(heard.events)).isTrue();
    watch.join().close();
    given.run();
    assertThat(server.watches()).isZero();
    assertThat(given.time.waiting()).isZero();
  }

  /** Nothing at or below a revision comes after progress to that revision. */
  private static boolean progressIsTrue(List<WatchEvent> events) {
    long progress = 0;
    for (WatchEvent event : events) {
      if (event instanceof WatchEvent.Progress) {
        progress = Math.max(progress, event.revision().value());
      } else if (!(event instanceof WatchEvent.Reconnected)
          && event.revision().value() <= progress) {
        return false;
      }
    }
    return true;
  }

  @Property(tries = 100)
  void makesAFaithfulCopyThoughTheHistoryIsCompacted(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int bufferEvents) {
    var random = new Random(seed);
    var heard = new WatchFixture.Heard();
    heard.onBatch = batch -> batch.events().forEach(this::apply);
    var watch =
        given.start(
            heard,
            options ->
                options
                    .bufferEvents(bufferEvents)
                    .startRevision(Revision.of(1))
                    .resyncWhenCompacted());

    for (int i = 0; i < 80; i++) {
      happen(random, true);
    }
    settle();

    assertThat(heard.errors).isEmpty();
    assertThat(heard.ends).isEmpty();
    assertThat(watch.join().state()).isEqualTo(WatchState.ACTIVE);
    assertThat(new ArrayList<>(copy.values()))
        .isEqualTo(store.state().values().stream().map(Wire::keyValue).toList());
  }

  private void apply(WatchEvent event) {
    if (event instanceof WatchEvent.Put put) {
      copy.put(put.kv().key().utf8(), put.kv());
    } else if (event instanceof WatchEvent.Delete delete) {
      copy.remove(delete.key().utf8());
    } else if (event instanceof WatchEvent.Resynced part) {
      if (part.isFirst()) {
        copy.clear();
      }
      part.kvs().forEach(kv -> copy.put(kv.key().utf8(), kv));
    }
  }
}
