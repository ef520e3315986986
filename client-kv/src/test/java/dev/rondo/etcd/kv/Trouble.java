package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.FakeWatchServer.A;
import static dev.rondo.etcd.kv.FakeWatchServer.B;
import static dev.rondo.etcd.kv.FakeWatchServer.C;
import static dev.rondo.etcd.kv.FakeWatchServer.failure;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.balancer.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * What happens to all who watch: changes, cuts, members that are lost and come back, and time.
 *
 * @param codes with which streams end, besides in good order
 */
record Trouble(WatchFixture given, List<Code> codes) {
  static final List<Endpoint> MEMBERS = List.of(A, B, C);

  /** How many kinds there are. */
  static final int KINDS = 11;

  /**
   * Lets it happen.
   *
   * @param kind one of {@link #KINDS}, counted from 0
   */
  void happen(int kind, Random random) {
    FakeWatchServer server = given.server;
    ModelStore store = given.store;
    switch (kind) {
      case 0, 1, 2 -> store.put("k" + random.nextInt(6), "l" + random.nextInt(3));
      case 3 -> store.delete("k" + random.nextInt(6), "l" + random.nextInt(3));
      case 4 -> {
        var code = code(random);
        server.open().forEach(stream -> stream.end(random.nextBoolean() ? null : failure(code)));
      }
      case 5 -> server.down.add(MEMBERS.get(random.nextInt(3)));
      case 6 -> server.down.clear();
      case 7 -> server.open().forEach(FakeWatchServer.Stream::progress);
      case 8 -> server.fragment = random.nextInt(3);
      case 9 -> given.advance(Duration.ofMillis(random.nextInt(100)));
      case 10 -> given.advance(Duration.ofSeconds(random.nextInt(100)));
      default ->
          throw new IllegalArgumentException("kind must be below " + KINDS + ", was " + kind);
    }
  }

  Code code(Random random) {
    return codes.get(random.nextInt(codes.size()));
  }

  /** Lets the server and the client go on, each of them perhaps. */
  void goOn(Random random) {
    if (random.nextInt(3) > 0) {
      given.server.pump();
    }
    if (random.nextBoolean()) {
      given.time.runDue();
    } else if (random.nextBoolean()) {
      given.run();
    }
  }
}
