package dev.rondo.etcd.kv;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.wire.WatchCreateRequest;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Watches in namespaces, on fake time. */
class NamespaceWatchTest {
  private final WatchFixture given = new WatchFixture();
  private final FakeWatchServer server = given.server;

  private WatchFixture.Heard watch(String prefix, Consumer<WatchOptions.Builder> options) {
    var heard = new WatchFixture.Heard();
    var watch = given.kv.namespace(prefix).watch(KeyRange.all(), options, heard);
    given.run();
    assertThat(watch).isCompleted();
    assertThat(watch.join().range()).as("as it was asked for").isEqualTo(KeyRange.all());
    return heard;
  }

  private static List<String> names(WatchFixture.Heard heard) {
    return heard.events.stream().flatMap(NamespaceWatchTest::names).toList();
  }

  private static Stream<String> names(WatchEvent event) {
    if (event instanceof WatchEvent.Put put) {
      put.prevKv().ifPresent(before -> assertThat(before.key()).isEqualTo(put.kv().key()));
      return Stream.of(put.kv().key().utf8());
    }
    if (event instanceof WatchEvent.Delete delete) {
      delete.prevKv().ifPresent(before -> assertThat(before.key()).isEqualTo(delete.key()));
      return Stream.of("-" + delete.key().utf8());
    }
    return event instanceof WatchEvent.Resynced part
        ? part.kvs().stream().map(kv -> "=" + kv.key().utf8())
        : Stream.empty();
  }

  @Test
  void tellOfTheirOwnKeysByName() {
    var a = watch("a/", WatchOptions.Builder::prevKv);
    var b = watch("b/", options -> {});

    given.put("a/1", "a/2", "a", "a/", "a0", "b/1", "c/1");
    given.put("a/1");
    given.store.delete("a/2", "b/1");
    server.pump();
    given.run();

    assertThat(names(a)).containsExactly("1", "2", "1", "-2");
    assertThat(names(b)).containsExactly("1", "-1");
  }

  @Test
  void shareTheStreamOfTheConnection() {
    watch("a/", options -> {});
    AsyncKvClient nested = given.kv.namespace("a/").namespace("b/");
    var unused = nested.watch(KeyRange.key("k"), options -> {}, batch -> {});
    given.watch(new WatchFixture.Heard());

    assertThat(server.open()).hasSize(1);
    assertThat(server.stream().creates())
        .extracting(create -> create.getKey().toStringUtf8())
        .containsExactly("a/\0", "a/b/k", "\0");
    assertThat(server.stream().creates())
        .extracting(create -> create.getRangeEnd().toStringUtf8())
        .containsExactly("a0", "", "\0");
  }

  @Test
  void readTheirOwnKeysWhenTheirHistoryIsGone() {
    for (String key : List.of("a/1", "b/1", "a/2", "c", "a/3")) {
      given.store.put(key);
    }
    given.store.compact(6);

    var heard =
        watch(
            "a/",
            options -> options.startRevision(Revision.of(2)).resyncWhenCompacted().bufferEvents(2));
    given.run();
    given.put("b/2");
    given.put("a/4");

    assertThat(names(heard)).containsExactly("=1", "=2", "=3", "4");
    assertThat(server.reads)
        .extracting(read -> read.getRangeEnd().toStringUtf8())
        .containsOnly("a0");
  }

  @Test
  void findOutAboutTheirOwnRangeWhenTheyAreDenied() {
    var isFirst = new boolean[] {true};
    server.refusal =
        create -> {
          boolean refuses = isFirst[0];
          isFirst[0] = false;
          return refuses ? Code.PERMISSION_DENIED.text() : "";
        };

    var unused = given.kv.namespace("a/").watch(KeyRange.key("k"), options -> {}, batch -> {});
    given.run();

    assertThat(server.reads)
        .singleElement()
        .satisfies(read -> assertThat(read.getKey().toStringUtf8()).isEqualTo("a/k"));
  }

  @Test
  void goOnElsewhereWhenAServerTellsOfAKeyOutside() {
    var heard = watch("a/", options -> {});
    var liar = server.stream();
    given.store.put("b/1");

    liar.put(
        liar.message(1)
            .addAllEvents(given.store.from(given.store.revision(), false).lastEntry().getValue())
            .build());
    given.advance(ofSeconds(1));
    given.put("a/1");

    assertThat(liar.isOver).isTrue();
    assertThat(server.stream().endpoint).isNotEqualTo(liar.endpoint);
    assertThat(server.stream().creates())
        .extracting(WatchCreateRequest::getStartRevision)
        .containsExactly(2L);
    assertThat(heard.changes()).hasSize(1);
    assertThat(heard.ends).isEmpty();
  }
}
