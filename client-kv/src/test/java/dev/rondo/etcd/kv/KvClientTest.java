package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client over a connection: failures, repetition, cancelling. */
class KvClientTest {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private final KvServer server = new KvServer();
  private final KvClient kv = server.kv;

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void wantsALeaderUnlessAMemberMayAnswerAlone() {
    kv.get(KeyRange.key("k"));
    kv.get(KeyRange.key("k"), get -> get.serializable());

    assertThat(server.script.calls(KVGrpc.getRangeMethod()))
        .extracting(call -> Optional.ofNullable(call.headers().get(HAS_LEADER)))
        .containsExactly(Optional.of("true"), Optional.empty());
  }

  @Test
  void tellsWhyEtcdRefused() {
    server.script.on(
        KVGrpc.getPutMethod(),
        (request, call) ->
            call.fail(
                Status.RESOURCE_EXHAUSTED.withDescription(
                    "etcdserver: mvcc: database space exceeded")));

    assertThatThrownBy(() -> kv.put("secret", "hunter2"))
        .isInstanceOfSatisfying(
            EtcdException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.NO_SPACE);
              assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
              assertThat(failure.operation()).isEqualTo("put");
            })
        .hasMessageNotContainingAny("secret", "hunter2");
  }

  @Test
  void repeatsAReadAndNotAWriteWhoseOutcomeNobodyKnows() {
    AtomicInteger reads = new AtomicInteger();
    Status lost = Status.UNAVAILABLE.withDescription("etcdserver: request timed out");
    server.script.on(
        KVGrpc.getRangeMethod(),
        (request, call) -> {
          if (reads.incrementAndGet() < 3) {
            call.fail(lost);
          } else {
            call.reply(RangeResponse.newBuilder().addKvs(Samples.WIRE_KEY_VALUE).build());
          }
        });
    server.script.on(KVGrpc.getPutMethod(), (request, call) -> call.fail(lost));

    assertThat(kv.get("k")).contains(Samples.KEY_VALUE);
    assertThatThrownBy(() -> kv.put("k", "v")).isInstanceOf(OutcomeUnknownException.class);

    assertThat(reads).hasValue(3);
    assertThat(server.script.received(KVGrpc.getPutMethod())).hasSize(1);
  }

  @Test
  void repeatsAWriteThatIsSaidToBeIdempotent() {
    AtomicInteger writes = new AtomicInteger();
    server.script.on(
        KVGrpc.getPutMethod(),
        (request, call) -> {
          if (writes.incrementAndGet() < 2) {
            call.fail(Status.UNAVAILABLE.withDescription("etcdserver: request timed out"));
          } else {
            call.reply(PutResponse.newBuilder().setHeader(Samples.WIRE_HEADER).build());
          }
        });

    PutResult result = kv.with(call -> call.idempotent(true)).put("k", "v");

    assertThat(result.header()).isEqualTo(Samples.HEADER);
    assertThat(writes).hasValue(2);
  }

  @Test
  void givesUpWhenItsTimeIsOver() {
    server.script.on(KVGrpc.getRangeMethod(), (request, call) -> {});
    KvClient hasty = kv.with(call -> call.timeout(Duration.ofMillis(100)));

    assertThatThrownBy(() -> hasty.get("k"))
        .isInstanceOfSatisfying(
            EtcdException.class,
            failure -> assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
    assertThatThrownBy(() -> hasty.async().get("k").join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(EtcdException.class);
  }

  @Test
  void cancelsTheCallWithItsFuture() {
    server.script.on(KVGrpc.getRangeMethod(), (request, call) -> {});
    var future = kv.async().get("k");
    server.script.awaitReceived(1);

    future.cancel(true);

    await().untilAsserted(() -> assertThat(server.script.cancelledCalls()).isEqualTo(1));
  }

  @Test
  void cancelsThePageThatIsComingWithAScan() {
    server.answer(
        KVGrpc.getRangeMethod(),
        RangeResponse.newBuilder().addKvs(Samples.WIRE_KEY_VALUE).setMore(true).build());
    ScanPage page = kv.async().scan(KeyRange.all()).join();
    server.script.on(KVGrpc.getRangeMethod(), (request, call) -> {});

    CompletableFuture<Void> walk = page.forEachRemaining(kv -> {});
    server.script.awaitReceived(2);
    walk.cancel(true);

    await().untilAsserted(() -> assertThat(server.script.cancelledCalls()).isEqualTo(1));
  }

  @Test
  void cancelsTheCallWhenItsThreadIsInterrupted() throws InterruptedException {
    server.script.on(KVGrpc.getPutMethod(), (request, call) -> {});
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                kv.put("k", "v");
              } catch (EtcdException e) {
                thrown.set(e);
              }
            });
    caller.start();
    server.script.awaitReceived(1);

    caller.interrupt();
    caller.join();

    assertThat(thrown.get()).isInstanceOf(OutcomeUnknownException.class);
    await().untilAsserted(() -> assertThat(server.script.cancelledCalls()).isEqualTo(1));
  }

  @Test
  void letsCallersGoOnWithAFutureOnAThreadThatMayBlock() {
    String value = kv.async().get("k").thenApply(found -> kv.put("k", "v").toString()).join();

    assertThat(value).startsWith("PutResult");
  }

  @Test
  void throwsFromTheThreadThatCalled() {
    server.script.on(
        KVGrpc.getRangeMethod(), (request, call) -> call.fail(Status.PERMISSION_DENIED));

    assertThatThrownBy(() -> kv.get("k"))
        .satisfies(
            failure ->
                assertThat(failure.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().equals(getClass().getName())));
  }
}
