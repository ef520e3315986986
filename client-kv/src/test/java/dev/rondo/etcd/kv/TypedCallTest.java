package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.Codec;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.testing.ScriptedCall;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Typed views over real sockets and threads. */
@Timeout(60)
class TypedCallTest {
  private static final ByteString K = Samples.utf8("k");

  private final KvServer server = new KvServer();
  private final List<String> decoding = new CopyOnWriteArrayList<>(); // threads
  private final TypedKvClient<String, String> kv =
      server.kv.as(Codec.utf8(), new NotingCodec(decoding));

  private record NotingCodec(List<String> threads) implements Codec<String> {
    @Override
    public Bytes encode(String value) {
      return Bytes.utf8(value);
    }

    @Override
    public String decode(Bytes bytes) {
      threads.add(Thread.currentThread().getName());
      return bytes.utf8();
    }
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void leaveUnanswered() {
    server.script.on(KVGrpc.getRangeMethod(), (request, call) -> {});
  }

  private static EtcdException failure(CompletableFuture<?> future) {
    return (EtcdException) catchThrowableOfType(CompletionException.class, future::join).getCause();
  }

  /** The calls for keys from {@code k} on; the client asks for others by itself. */
  private List<ScriptedCall<RangeRequest, RangeResponse>> reads() {
    return server.script.calls(KVGrpc.getRangeMethod()).stream()
        .filter(call -> call.requests().stream().anyMatch(read -> read.getKey().equals(K)))
        .toList();
  }

  private static Stream<Function<AsyncTypedKvClient<String, String>, CompletableFuture<?>>>
      reading() {
    return Stream.of(
        async -> async.get("k"),
        async -> async.get(KeyRange.from("k")),
        async -> async.scan(KeyRange.from("k")));
  }

  @ParameterizedTest
  @MethodSource("reading")
  void cancellingAFutureCancelsTheCall(
      Function<AsyncTypedKvClient<String, String>, CompletableFuture<?>> read) {
    leaveUnanswered();
    var call = read.apply(kv.async().with(options -> options.timeout(Duration.ofMinutes(1))));
    await().until(() -> reads().size() == 1);

    call.cancel(true);

    await().until(() -> reads().get(0).isCancelled());
    assertThat(call).isCancelled();
  }

  @Test
  void interruptingTheCallerCancelsTheCall() throws InterruptedException {
    leaveUnanswered();
    var patient = kv.with(options -> options.timeout(Duration.ofMinutes(1)));
    var failure = new AtomicReference<EtcdException>();
    var caller =
        new Thread(
            () -> failure.set(catchThrowableOfType(EtcdException.class, () -> patient.get("k"))));
    caller.start();
    await().until(() -> reads().size() == 1);

    caller.interrupt();
    caller.join();

    assertThat(failure.get().code()).isEqualTo(Code.CANCELLED);
    await().until(() -> reads().get(0).isCancelled());
  }

  @Test
  void failsAsTheClientUnderItDoes() {
    server.script.on(
        KVGrpc.getRangeMethod(),
        (request, call) ->
            call.fail(Status.PERMISSION_DENIED.withDescription("etcdserver: permission denied")));

    assertThat(failure(kv.async().get("k")).code()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(catchThrowableOfType(EtcdException.class, () -> kv.get("k")).code())
        .isEqualTo(Code.PERMISSION_DENIED);
  }

  @Test
  void callsWithTheSettingsThatWereAskedFor() {
    server.connection.awaitReady(Duration.ofSeconds(20));
    leaveUnanswered();
    var hasty = kv.with(call -> call.timeout(Duration.ofMillis(300)));
    var async = kv.async().with(call -> call.timeout(Duration.ofMillis(301)));

    assertThat(catchThrowableOfType(EtcdException.class, () -> hasty.get("k")))
        .hasMessageContaining("answer within PT0.3S");
    assertThat(failure(hasty.async().get("k"))).hasMessageContaining("answer within PT0.3S");
    assertThat(failure(async.get("k"))).hasMessageContaining("answer within PT0.301S");
  }

  @Test
  void decodesWhereItMayBlock() {
    server.answer(
        KVGrpc.getRangeMethod(),
        RangeResponse.newBuilder().addKvs(Samples.WIRE_KEY_VALUE).setCount(1).build());

    assertThat(kv.async().get("k").join().orElseThrow().value()).isEqualTo("v");
    assertThat(kv.get("k").orElseThrow().value()).isEqualTo("v");

    assertThat(decoding.get(0)).doesNotStartWith("grpc").doesNotContain("ELG");
    assertThat(decoding.get(1)).isEqualTo(Thread.currentThread().getName());
  }
}
