package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.FakeWatchServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * A cache under random changes, cuts, compactions and losses of members, beside the store itself.
 */
class CachePropertyTest {
  private static final List<Code> CODES =
      List.of(Code.UNAVAILABLE, Code.CANCELLED, Code.UNKNOWN, Code.NO_LEADER, Code.COMPACTED);

  @Property(tries = 100)
  void isAlwaysWhatTheStoreWasAtItsRevision(@ForAll long seed) {
    new Course(new Random(seed)).run();
  }

  private static final class Course {
    private final Random random;
    private final WatchFixture given = new WatchFixture();
    private final Trouble trouble = new Trouble(given, CODES);
    private final FakeWatchServer server = given.server;
    private final ModelStore store = given.store;
    private final HeardChanges heard = new HeardChanges();
    private final HeardChanges heardFromLater = new HeardChanges();
    private final List<CompletableFuture<CacheSnapshot>> awaited = new ArrayList<>();
    private Revision last = Revision.NONE;

    Course(Random random) {
      this.random = random;
    }

    void run() {
      server.version = random.nextBoolean() ? "3.5.16" : "3.4.23";
      store.put("k0", "k1");
      var creation = given.kv.cache(KeyRange.all());
      given.run();
      KeyCache cache = creation.join();
      cache.onChange(heard);

      for (int i = 0; i < 100; i++) {
        happen(cache);
        requireTruth(cache);
        if (i == 50) {
          cache.onChange(heardFromLater);
        }
      }
      server.down.clear();
      server.readFailures.clear();
      server.readBehind = 0;
      for (int i = 0; i < 5; i++) {
        server.pump();
        given.advance(Duration.ofSeconds(2));
      }

      requireTruth(cache);
      assertThat(cache.state()).isEqualTo(CacheState.ACTIVE);
      assertThat(cache.snapshot().map().values())
          .containsExactlyElementsOf(store.state().values().stream().map(Wire::keyValue).toList());
      for (HeardChanges each : List.of(heard, heardFromLater)) {
        assertThat(each.errors).isEmpty();
        assertThat(each.ends).isEmpty();
        assertThat(each.copy()).isEqualTo(cache.snapshot().map());
      }
      assertThat(awaited).allMatch(CompletableFuture::isDone);
      cache.close();
      given.run();
      assertThat(server.watches()).isZero();
      assertThat(given.time.waiting()).isZero();
    }

    private void happen(KeyCache cache) {
      int kind = random.nextInt(14);
      switch (kind) {
        case 11 -> {
          store.skip(1 + random.nextInt(3));
          awaited.add(cache.whenAtLeast(Revision.of(store.revision())));
        }
        case 12 -> {
          server.readFailures.add(failure(trouble.code(random)));
          server.readBehind = random.nextInt((int) store.revision() + 1);
        }
        case 13 -> store.compact(store.revision() - random.nextInt(4));
        default -> trouble.happen(kind, random);
      }
      trouble.goOn(random);
    }

    private void requireTruth(KeyCache cache) {
      CacheSnapshot now = cache.snapshot();
      assertThat(now.revision()).isGreaterThanOrEqualTo(last);
      last = now.revision();
      assertThat(now.map().values())
          .containsExactlyElementsOf(
              store.state(last.value()).values().stream().map(Wire::keyValue).toList());
    }
  }
}
