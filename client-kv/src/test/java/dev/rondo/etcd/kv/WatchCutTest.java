package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.wire.WatchResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cuts the streams of a watch, twice, at each place where that may hurt and with each end that
 * there is, while changes go on: nothing may be lost, doubled or split.
 */
class WatchCutTest {
  private enum Start {
    NOW,
    OLD_REVISION
  }

  private final WatchFixture given = new WatchFixture();
  private final WatchFixture.Heard heard = new WatchFixture.Heard();
  private int cuts;
  private long firstCreatedAt; // the store's revision then
  private FakeWatchServer.@Nullable Stream current;
  private CutPlace.Sent sent = new CutPlace.Sent(); // on the current stream

  /** An empty code is an end in good order. */
  static Stream<Arguments> cells() {
    Stream<Optional<Code>> ends =
        Stream.concat(
            Stream.of(Optional.empty()),
            Arrays.stream(Code.values())
                .filter(code -> code != Code.AUTH_FAILED) // which is the login's
                .map(Optional::of));
    return ends.flatMap(
        end ->
            Arrays.stream(CutPlace.values())
                .flatMap(
                    place ->
                        Arrays.stream(Start.values())
                            .map(start -> Arguments.of(place, start, end))));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void losesDoublesAndSplitsNothing(CutPlace place, Start start, Optional<Code> end) {
    given.store.put("a");
    given.store.put("b", "c", "d");
    given.store.delete("a", "b");
    given.store.put("e", "f");
    given.server.fragment = place == CutPlace.BETWEEN_FRAGMENTS ? 1 : 0;
    given.server.historyBatch = 1;
    given.server.beforeSending = (stream, message) -> beforeSending(place, stream, message, end);
    Revision from = start == Start.NOW ? Revision.NONE : Revision.of(3);

    CompletableFuture<Watch> watch = given.start(heard, options -> options.startRevision(from));
    for (int i = 0; i < 4; i++) {
      given.put("g" + i, "h" + i, "i" + i);
      given.server.open().forEach(FakeWatchServer.Stream::progress);
      given.advance(Duration.ofMillis(50));
    }
    given.advance(Duration.ofSeconds(1));

    assertThat(cuts).isEqualTo(2);
    assertThat(watch).isCompleted();
    assertThat(watch.join().state()).isEqualTo(WatchState.ACTIVE);
    assertThat(watch.join().revision().value()).isEqualTo(given.store.revision());
    assertThat(heard.changes())
        .isEqualTo(given.changesFrom(start == Start.NOW ? firstCreatedAt + 1 : 3));
    assertThat(heard.notices(WatchEvent.Reconnected.class))
        .hasSize(place == CutPlace.BEFORE_CREATED ? 0 : 2);
    assertThat(heard.ends).isEmpty();
    assertThat(heard.errors).isEmpty();
  }

  private void beforeSending(
      CutPlace place, FakeWatchServer.Stream stream, WatchResponse message, Optional<Code> end) {
    if (stream != current) {
      current = stream;
      sent = new CutPlace.Sent();
    }
    if (sent.isBefore(place, message, given.store) && cuts < 2) {
      cuts++;
      given.store.put("gap" + cuts, "other" + cuts);
      stream.end(end.map(FakeWatchServer::failure).orElse(null));
      return;
    }
    sent.add(message);
    if (message.getCreated() && firstCreatedAt == 0) {
      firstCreatedAt = message.getHeader().getRevision();
    }
  }
}
