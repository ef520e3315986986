package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.FakeWatchServer.A;
import static dev.rondo.etcd.kv.FakeWatchServer.B;
import static dev.rondo.etcd.kv.FakeWatchServer.C;
import static dev.rondo.etcd.kv.FakeWatchServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.Endpoint;
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
  private static final List<Endpoint> MEMBERS = List.of(A, B, C);
  private static final Code[] CODES = {
    Code.UNAVAILABLE, Code.CANCELLED, Code.UNKNOWN, Code.NO_LEADER, Code.COMPACTED
  };

  @Property(tries = 100)
  void isAlwaysWhatTheStoreWasAtItsRevision(@ForAll long seed) {
    new Course(new Random(seed)).run();
  }

  private static final class Course {
    private final Random random;
    private final WatchFixture given = new WatchFixture();
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
      switch (random.nextInt(14)) {
        case 0, 1, 2 -> store.put("k" + random.nextInt(6), "l" + random.nextInt(3));
        case 3 -> store.delete("k" + random.nextInt(6), "l" + random.nextInt(3));
        case 4 -> {
          var code = CODES[random.nextInt(CODES.length)];
          server.open().forEach(stream -> stream.end(random.nextBoolean() ? null : failure(code)));
        }
        case 5 -> server.down.add(MEMBERS.get(random.nextInt(3)));
        case 6 -> server.down.clear();
        case 7 -> server.open().forEach(FakeWatchServer.Stream::progress);
        case 8 -> server.fragment = random.nextInt(3);
        case 9 -> given.advance(Duration.ofMillis(random.nextInt(100)));
        case 10 -> given.advance(Duration.ofSeconds(random.nextInt(100)));
        case 11 -> {
          store.skip(1 + random.nextInt(3));
          awaited.add(cache.whenAtLeast(Revision.of(store.revision())));
        }
        case 12 -> {
          server.readFailures.add(failure(CODES[random.nextInt(CODES.length)]));
          server.readBehind = random.nextInt((int) store.revision() + 1);
        }
        default -> store.compact(store.revision() - random.nextInt(4));
      }
      if (random.nextInt(3) > 0) {
        server.pump();
      }
      if (random.nextBoolean()) {
        given.time.runDue();
      } else if (random.nextBoolean()) {
        given.run();
      }
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
