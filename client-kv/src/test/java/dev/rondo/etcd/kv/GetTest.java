package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.Samples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GetTest {
  private static final Revision FIVE = Revision.of(5);

  private final KvServer server = new KvServer();
  private final KvClient kv = server.kv;

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void asksForOneKey() {
    kv.get("k");

    assertThat(server.received(KVGrpc.getRangeMethod()))
        .isEqualTo(RangeRequest.newBuilder().setKey(utf8("k")).build());
  }

  @Test
  void findsAKey() {
    server.answer(
        KVGrpc.getRangeMethod(),
        RangeResponse.newBuilder().addKvs(Samples.WIRE_KEY_VALUE).setCount(1).build());

    assertThat(kv.get(Bytes.utf8("k"))).contains(Samples.KEY_VALUE);
  }

  @Test
  void findsNothing() {
    assertThat(kv.get("k")).isEmpty();
  }

  @Test
  void readsARange() {
    server.answer(
        KVGrpc.getRangeMethod(),
        RangeResponse.newBuilder()
            .setHeader(Samples.WIRE_HEADER)
            .addKvs(Samples.WIRE_KEY_VALUE)
            .setCount(12)
            .setMore(true)
            .build());

    RangeResult result = kv.get(KeyRange.prefix("k"));

    assertThat(result.header()).isEqualTo(Samples.HEADER);
    assertThat(result.kvs()).containsExactly(Samples.KEY_VALUE);
    assertThat(result.count()).isEqualTo(12);
    assertThat(result.more()).isTrue();
    assertThat(server.received(KVGrpc.getRangeMethod()))
        .isEqualTo(RangeRequest.newBuilder().setKey(utf8("k")).setRangeEnd(utf8("l")).build());
  }

  static Stream<Arguments> ranges() {
    ByteString zero = ByteString.copyFrom(new byte[1]);
    return Stream.of(
        arguments(KeyRange.key("k"), utf8("k"), ByteString.EMPTY),
        arguments(KeyRange.interval("a", "c"), utf8("a"), utf8("c")),
        arguments(KeyRange.from("a"), utf8("a"), zero),
        arguments(KeyRange.all(), zero, zero));
  }

  @ParameterizedTest
  @MethodSource("ranges")
  void asksForARangeInEtcdsForm(KeyRange range, ByteString key, ByteString end) {
    kv.get(range);

    assertThat(server.received(KVGrpc.getRangeMethod()))
        .isEqualTo(RangeRequest.newBuilder().setKey(key).setRangeEnd(end).build());
  }

  static Stream<Arguments> options() {
    return Stream.of(
        option("limit", get -> get.limit(7), sent -> sent.setLimit(7)),
        option("revision", get -> get.revision(FIVE), sent -> sent.setRevision(5)),
        option("serializable", get -> get.serializable(), sent -> sent.setSerializable(true)),
        option("keysOnly", get -> get.keysOnly(), sent -> sent.setKeysOnly(true)),
        option("countOnly", get -> get.countOnly(), sent -> sent.setCountOnly(true)),
        option("minMod", get -> get.minModRevision(FIVE), sent -> sent.setMinModRevision(5)),
        option("maxMod", get -> get.maxModRevision(FIVE), sent -> sent.setMaxModRevision(5)),
        option(
            "minCreate", get -> get.minCreateRevision(FIVE), sent -> sent.setMinCreateRevision(5)),
        option(
            "maxCreate", get -> get.maxCreateRevision(FIVE), sent -> sent.setMaxCreateRevision(5)),
        option("key ascend", get -> get.sort(SortTarget.KEY, SortOrder.ASCEND), sent -> sent),
        sort(SortTarget.KEY, SortOrder.DESCEND),
        sort(SortTarget.VERSION, SortOrder.ASCEND),
        sort(SortTarget.CREATE, SortOrder.DESCEND),
        sort(SortTarget.MOD, SortOrder.ASCEND),
        sort(SortTarget.VALUE, SortOrder.DESCEND));
  }

  private static Arguments sort(SortTarget target, SortOrder order) {
    return option(
        target + " " + order,
        get -> get.sort(target, order),
        sent ->
            sent.setSortTarget(RangeRequest.SortTarget.valueOf(target.name()))
                .setSortOrder(RangeRequest.SortOrder.valueOf(order.name())));
  }

  private static Arguments option(
      String name, Consumer<GetOptions.Builder> option, UnaryOperator<RangeRequest.Builder> sent) {
    return arguments(name, option, sent);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("options")
  void sendsEachOption(
      String name, Consumer<GetOptions.Builder> option, UnaryOperator<RangeRequest.Builder> sent) {
    var expected = RangeRequest.newBuilder().setKey(utf8("k")).setRangeEnd(utf8("l"));

    kv.get(KeyRange.prefix("k"), option);

    assertThat(server.received(KVGrpc.getRangeMethod())).isEqualTo(sent.apply(expected).build());
  }

  @Test
  void takesOptionsThatAreReady() {
    GetOptions options = GetOptions.builder().limit(3).keysOnly().build();

    kv.get(KeyRange.key("k"), options);

    assertThat(server.received(KVGrpc.getRangeMethod()))
        .isEqualTo(
            RangeRequest.newBuilder().setKey(utf8("k")).setLimit(3).setKeysOnly(true).build());
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        refusal(get -> get.limit(-1), "limit must be at least 0, was -1"),
        refusal(
            get -> get.countOnly().sort(SortTarget.MOD, SortOrder.ASCEND),
            "countOnly must come without a sort, was with MOD ASCEND"),
        refusal(
            get -> get.countOnly().minModRevision(FIVE),
            "countOnly must come without bounds of mod and create revisions,"
                + " because etcd counts the whole range, was with some"),
        refusal(
            get -> get.minModRevision(FIVE).maxModRevision(Revision.of(4)),
            "minModRevision must be at most maxModRevision 4, was 5"),
        refusal(
            get -> get.minCreateRevision(FIVE).maxCreateRevision(Revision.of(4)),
            "minCreateRevision must be at most maxCreateRevision 4, was 5"));
  }

  private static Arguments refusal(Consumer<GetOptions.Builder> options, String message) {
    return arguments(options, message);
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("refused")
  void refusesOptionsThatDoNotGoTogether(Consumer<GetOptions.Builder> options, String message) {
    assertThatThrownBy(() -> kv.get(KeyRange.all(), options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThat(server.script.calls()).isEmpty();
  }

  @Test
  void refusesAnEmptyKey() {
    assertThatThrownBy(() -> kv.get(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a key must have at least one byte, was empty");
    assertThatThrownBy(() -> kv.async().get(Bytes.EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
