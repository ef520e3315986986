package dev.rondo.etcd.companion.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.wire.ClusterGrpc;
import dev.rondo.etcd.wire.Compare;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.MemberAddRequest;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sends each bad request to this server and to every etcd of the run. */
class RefusalsTest {
  private static final String OK = "";
  private static final Map<EtcdCluster, ManagedChannel> etcds = new LinkedHashMap<>();
  private static final List<ManagedChannel> newerEtcds = new ArrayList<>();
  @TempDir private static Path folder;
  private static LiveMember ours;

  @BeforeAll
  static void start() throws Exception {
    ours = new LiveMember(folder);
    for (EtcdBackend backend : EtcdBackend.all()) {
      var cluster = backend.cluster().start();
      var endpoint = URI.create(cluster.endpoints().get(0));
      var channel =
          NettyChannelBuilder.forAddress(endpoint.getHost(), endpoint.getPort())
              .usePlaintext()
              .build();
      etcds.put(cluster, channel);
      if (backend.version().isAtLeast(3, 5)) {
        newerEtcds.add(channel);
      }
    }
  }

  @AfterAll
  static void stop() throws Exception {
    etcds.values().forEach(ManagedChannel::shutdownNow);
    etcds.keySet().forEach(EtcdCluster::close);
    ours.close();
  }

  static Stream<Arguments> requests() {
    return Stream.of(
        Arguments.of("range without a key", range(""), EtcdError.EMPTY_KEY.text()),
        Arguments.of(
            "range without a key but with an end",
            range("").toBuilder().setRangeEnd(bytes("b")).build(),
            EtcdError.EMPTY_KEY.text()),
        Arguments.of(
            "range sorted in no known order",
            range("a").toBuilder().setSortOrderValue(9).setSortTargetValue(9).build(),
            OK),
        Arguments.of(
            "range at a revision that is still to come",
            range("a").toBuilder().setRevision(1_000_000).build(),
            EtcdError.FUTURE_REVISION.text()),
        Arguments.of(
            "put with a lease that is not there",
            put("a").toBuilder().setLease(7).build(),
            EtcdError.LEASE_NOT_FOUND.text()),
        Arguments.of(
            "put of 1.6 MiB",
            put("a").toBuilder().setValue(ByteString.copyFrom(new byte[1_677_722])).build(),
            EtcdError.REQUEST_TOO_LARGE.text()),
        Arguments.of(
            "txn that reads at a revision that is still to come",
            txn(op(range("a").toBuilder().setRevision(1_000_000).build())),
            EtcdError.FUTURE_REVISION.text()),
        Arguments.of("put without a key", put(""), EtcdError.EMPTY_KEY.text()),
        Arguments.of(
            "put without a key that ignores its value",
            put("").toBuilder().setIgnoreValue(true).build(),
            EtcdError.EMPTY_KEY.text()),
        Arguments.of(
            "put that ignores the value that it has",
            put("a").toBuilder().setIgnoreValue(true).build(),
            EtcdError.VALUE_PROVIDED.text()),
        Arguments.of(
            "put that ignores the lease that it has",
            put("a").toBuilder().setIgnoreLease(true).setLease(7).build(),
            EtcdError.LEASE_PROVIDED.text()),
        Arguments.of(
            "put that ignores both and has both",
            put("a").toBuilder().setIgnoreValue(true).setIgnoreLease(true).setLease(7).build(),
            EtcdError.VALUE_PROVIDED.text()),
        Arguments.of("delete without a key", delete("", ""), EtcdError.EMPTY_KEY.text()),
        Arguments.of("txn of nothing", txn(), OK),
        Arguments.of("txn of an empty operation", txn(nothing()), EtcdError.KEY_NOT_FOUND.text()),
        Arguments.of(
            "txn with a get without a key", txn(op(range(""))), EtcdError.EMPTY_KEY.text()),
        Arguments.of("txn with a put without a key", txn(op(put(""))), EtcdError.EMPTY_KEY.text()),
        Arguments.of(
            "txn with a delete without a key", txn(op(delete("", ""))), EtcdError.EMPTY_KEY.text()),
        Arguments.of(
            "txn that compares no key",
            TxnRequest.newBuilder().addCompare(Compare.getDefaultInstance()).build(),
            EtcdError.EMPTY_KEY.text()),
        Arguments.of(
            "txn whose compare comes before its put",
            TxnRequest.newBuilder()
                .addCompare(Compare.getDefaultInstance())
                .addSuccess(op(put("a").toBuilder().setIgnoreValue(true).build()))
                .build(),
            EtcdError.EMPTY_KEY.text()),
        Arguments.of(
            "txn whose success comes before its failure",
            TxnRequest.newBuilder()
                .addSuccess(op(put("a").toBuilder().setIgnoreValue(true).build()))
                .addFailure(nothing())
                .build(),
            EtcdError.VALUE_PROVIDED.text()),
        Arguments.of("txn of 128 puts", txn(puts(128)), OK),
        Arguments.of("txn of 129 puts", txn(puts(129)), EtcdError.TOO_MANY_OPS.text()),
        Arguments.of(
            "txn of 129 puts that have no keys",
            TxnRequest.newBuilder().addAllSuccess(Collections.nCopies(129, op(put("")))).build(),
            EtcdError.TOO_MANY_OPS.text()),
        Arguments.of(
            "txn of 128 puts for either outcome",
            TxnRequest.newBuilder()
                .addAllSuccess(List.of(puts(128)))
                .addAllFailure(List.of(puts(128)))
                .build(),
            OK),
        Arguments.of(
            "txn of 129 compares",
            TxnRequest.newBuilder()
                .addAllCompare(Collections.nCopies(129, Compare.getDefaultInstance()))
                .build(),
            EtcdError.TOO_MANY_OPS.text()),
        Arguments.of("nested txn within the rest", txn(op(txn(puts(127)))), OK),
        Arguments.of(
            "nested txn beyond the rest", txn(op(txn(puts(128)))), EtcdError.TOO_MANY_OPS.text()),
        Arguments.of(
            "nested txn beside a long failure",
            TxnRequest.newBuilder()
                .addSuccess(op(txn(puts(9))))
                .addAllFailure(List.of(puts(120)))
                .build(),
            EtcdError.TOO_MANY_OPS.text()),
        Arguments.of(
            "nested txn without a key", txn(op(txn(op(range(""))))), EtcdError.EMPTY_KEY.text()),
        Arguments.of("two puts of a key", txn(op(put("a")), op(put("a"))), duplicate()),
        Arguments.of(
            "two puts of a key if not",
            TxnRequest.newBuilder().addFailure(op(put("a"))).addFailure(op(put("a"))).build(),
            duplicate()),
        Arguments.of(
            "a put of a key for either outcome",
            TxnRequest.newBuilder().addSuccess(op(put("a"))).addFailure(op(put("a"))).build(),
            OK),
        Arguments.of(
            "put and delete of a key", txn(op(put("a")), op(delete("a", ""))), duplicate()),
        Arguments.of(
            "delete and put of a key", txn(op(delete("a", "")), op(put("a"))), duplicate()),
        Arguments.of("two deletes of a key", txn(op(delete("a", "")), op(delete("a", ""))), OK),
        Arguments.of(
            "put inside a deleted range", txn(op(put("b")), op(delete("a", "c"))), duplicate()),
        Arguments.of("put at its first key", txn(op(put("a")), op(delete("a", "c"))), duplicate()),
        Arguments.of("put at its end", txn(op(put("c")), op(delete("a", "c"))), OK),
        Arguments.of(
            "put inside two deleted ranges that touch",
            txn(op(delete("a", "c")), op(delete("c", "e")), op(put("d"))),
            duplicate()),
        Arguments.of(
            "put beside a deleted range that was merged",
            txn(op(delete("a", "c")), op(delete("b", "d")), op(delete("e", "f")), op(put("d"))),
            OK),
        Arguments.of(
            "put inside a deleted range that goes backwards",
            txn(op(delete("c", "a")), op(put("b"))),
            OK),
        Arguments.of(
            "put after the first key of a range without an end",
            txn(op(delete("a", "\0")), op(put("b"))),
            OK),
        Arguments.of(
            "put when everything is deleted", txn(op(delete("\0", "\0")), op(put("b"))), OK),
        Arguments.of(
            "put of a key that a nested txn puts",
            txn(op(txn(op(put("a")))), op(put("a"))),
            duplicate()),
        Arguments.of(
            "put of a key that a nested txn puts if not",
            txn(op(TxnRequest.newBuilder().addFailure(op(put("a"))).build()), op(put("a"))),
            duplicate()),
        Arguments.of(
            "nested txn that puts a key either way",
            txn(
                op(
                    TxnRequest.newBuilder()
                        .addSuccess(op(put("a")))
                        .addFailure(op(put("a")))
                        .build())),
            OK),
        Arguments.of(
            "put of a key that a nested txn deletes",
            txn(op(txn(op(delete("a", "c")))), op(put("b"))),
            duplicate()),
        Arguments.of(
            "delete of a key that a nested txn puts",
            txn(op(txn(op(put("b")))), op(delete("a", "c"))),
            duplicate()),
        Arguments.of(
            "delete of a key that a nested txn puts if not",
            txn(op(TxnRequest.newBuilder().addFailure(op(put("b"))).build()), op(delete("a", "c"))),
            duplicate()),
        Arguments.of(
            "nested txns that put the same key",
            txn(op(txn(op(put("a")))), op(txn(op(put("a"))))),
            duplicate()),
        Arguments.of(
            "nested txns of which the first deletes what the second puts",
            txn(op(txn(op(delete("a", "")))), op(txn(op(put("a"))))),
            duplicate()),
        Arguments.of(
            "nested txns of which the second deletes what the first puts",
            txn(op(txn(op(put("a")))), op(txn(op(delete("a", ""))))),
            OK),
        Arguments.of(
            "two puts of a key two levels down",
            txn(op(txn(op(txn(op(put("a")), op(put("a"))))))),
            duplicate()),
        Arguments.of("member without URLs", member(), badUrls()),
        Arguments.of("member without a port", member("http://127.0.0.1"), badUrls()),
        Arguments.of("member with a path", member("http://127.0.0.1:1/"), badUrls()),
        Arguments.of("member without a scheme", member("127.0.0.1:1"), badUrls()),
        Arguments.of("member without slashes", member("localhost:1"), badUrls()),
        Arguments.of("member of another scheme", member("ftp://127.0.0.1:1"), badUrls()),
        Arguments.of("member with a word for a port", member("http://127.0.0.1:one"), badUrls()),
        Arguments.of("member with a space", member("http://127.0 .0.1:1"), badUrls()),
        Arguments.of("member with an open bracket", member("http://[::1:1"), badUrls()),
        Arguments.of("member with a bare IPv6 address", member("http://::1:1"), badUrls()),
        Arguments.of("member with no address", member(""), badUrls()),
        Arguments.of(
            "member of which one URL is bad",
            member("http://127.0.0.1:1", "http://127.0.0.1"),
            badUrls()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void answersAsEtcdDoes(String name, Message request, String text) {
    var answer = send(ours.channel, request);

    assertThat(answer).endsWith(text.isEmpty() ? "OK" : text);
    etcds.forEach(
        (cluster, channel) ->
            assertThat(answer).as("of %s", cluster).isEqualTo(send(channel, request)));
  }

  static List<List<String>> urls() {
    return List.of(
        List.of("http://127.0.0.1:1"),
        List.of("HTTPS://host_1.example:2380"),
        List.of("http://[::1]:2380"),
        List.of("http://:2380"),
        List.of("http://host:"),
        List.of(" http://host:1 "),
        List.of("http://me:secret@host:1?really"),
        List.of("unix:///tmp/socket", "unixs://socket"));
  }

  /**
   * Learners, which harm no cluster; etcd refuses a second one, but not for its URLs. Version 3.4
   * asks for a port on unix sockets too.
   */
  @ParameterizedTest
  @MethodSource("urls")
  void takesTheUrlsThatEtcdTakes(List<String> urls) {
    var learner = MemberAddRequest.newBuilder().addAllPeerURLs(urls).setIsLearner(true).build();

    assertThat(newerEtcds)
        .allSatisfy(channel -> assertThat(send(channel, learner)).doesNotContain(badUrls()));
    assertThat(send(ours.channel, learner)).doesNotContain(badUrls());
  }

  private static String send(Channel channel, Message request) {
    try {
      if (request instanceof RangeRequest range) {
        KVGrpc.newBlockingStub(channel).range(range);
      } else if (request instanceof PutRequest put) {
        KVGrpc.newBlockingStub(channel).put(put);
      } else if (request instanceof DeleteRangeRequest delete) {
        KVGrpc.newBlockingStub(channel).deleteRange(delete);
      } else if (request instanceof TxnRequest txn) {
        KVGrpc.newBlockingStub(channel).txn(txn);
      } else {
        ClusterGrpc.newBlockingStub(channel).memberAdd((MemberAddRequest) request);
      }
      return Status.Code.OK.name();
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() + ": " + e.getStatus().getDescription();
    }
  }

  private static String duplicate() {
    return EtcdError.DUPLICATE_KEY.text();
  }

  private static String badUrls() {
    return EtcdError.MEMBER_BAD_URLS.text();
  }

  private static RangeRequest range(String key) {
    return RangeRequest.newBuilder().setKey(bytes(key)).build();
  }

  private static PutRequest put(String key) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes("v")).build();
  }

  private static RequestOp[] puts(int count) {
    return IntStream.range(0, count).mapToObj(i -> op(put("key" + i))).toArray(RequestOp[]::new);
  }

  private static DeleteRangeRequest delete(String key, String end) {
    return DeleteRangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)).build();
  }

  private static MemberAddRequest member(String... urls) {
    return MemberAddRequest.newBuilder().addAllPeerURLs(List.of(urls)).build();
  }

  private static TxnRequest txn(RequestOp... operations) {
    return TxnRequest.newBuilder().addAllSuccess(List.of(operations)).build();
  }

  private static RequestOp nothing() {
    return RequestOp.getDefaultInstance();
  }

  private static RequestOp op(RangeRequest request) {
    return RequestOp.newBuilder().setRequestRange(request).build();
  }

  private static RequestOp op(PutRequest request) {
    return RequestOp.newBuilder().setRequestPut(request).build();
  }

  private static RequestOp op(DeleteRangeRequest request) {
    return RequestOp.newBuilder().setRequestDeleteRange(request).build();
  }

  private static RequestOp op(TxnRequest request) {
    return RequestOp.newBuilder().setRequestTxn(request).build();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
