package dev.rondo.etcd.companion.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeepAliveStreamTest {
  private final ConcurrentMap<Long, CompletableFuture<LeaseKeepAliveResponse>> renewals =
      new ConcurrentHashMap<>();
  private TestServer ours;
  private StreamClient<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream;

  @BeforeEach
  void start() {
    ours = TestServer.start();
    stream = new StreamClient<>(ours.client(), LeaseGrpc.getLeaseKeepAliveMethod(), false);
  }

  @AfterEach
  void stop() throws Exception {
    ours.close();
  }

  @Test
  void answersInTheOrderOfTheRequests() {
    holdRenewals();
    stream.reading();
    renew(1, 2, 3);
    await().until(() -> renewals.size() == 3);

    complete(3);
    complete(2);
    assertThat(stream.received()).isEmpty();
    complete(1);

    await()
        .untilAsserted(
            () ->
                assertThat(stream.received())
                    .containsExactly(
                        FakeServices.renewed(1, 30),
                        FakeServices.renewed(2, 30),
                        FakeServices.renewed(3, 30)));
  }

  @Test
  void saysOfALostLeaseThatNothingIsLeftOfIt() {
    ours.services.renewals = id -> CompletableFuture.completedFuture(FakeServices.renewed(id, 0));
    stream.reading();

    renew(7);

    await()
        .untilAsserted(
            () -> assertThat(stream.received()).containsExactly(FakeServices.renewed(7, 0)));
    assertThat(stream.end).isNotDone();
  }

  @Test
  void endsWithAFailureAfterTheAnswersBeforeIt() {
    holdRenewals();
    stream.reading();
    renew(1, 2, 3);
    await().until(() -> renewals.size() == 3);

    renewals.get(2L).completeExceptionally(EtcdError.TIMEOUT.exception());
    complete(1);

    assertThat(stream.end)
        .succeedsWithin(Duration.ofSeconds(10))
        .satisfies(
            status ->
                assertThat(status.getDescription()).isEqualTo("etcdserver: request timed out"));
    assertThat(stream.received()).containsExactly(FakeServices.renewed(1, 30));
    await().untilAsserted(() -> assertThat(renewals.get(3L)).isCancelled());
  }

  @Test
  void endsWellOnceAHalfClosedStreamIsAnswered() {
    holdRenewals();
    stream.reading();
    renew(1);
    stream.halfClose();
    await().until(() -> renewals.size() == 1);
    assertThat(stream.end).isNotDone();

    complete(1);

    assertThat(stream.end)
        .succeedsWithin(Duration.ofSeconds(10))
        .extracting(Status::getCode)
        .isEqualTo(Status.Code.OK);
    assertThat(stream.received()).hasSize(1);
  }

  @Test
  void stopsWaitingOnceTheClientHasGone() {
    holdRenewals();
    renew(1);
    await().until(() -> renewals.size() == 1);

    stream.cancel();

    await().untilAsserted(() -> assertThat(renewals.get(1L)).isCancelled());
  }

  @Test
  void renewsTenThousandLeasesOnOneStreamWhoeverAnswersThem() throws Exception {
    ours.services.renewals =
        id -> CompletableFuture.supplyAsync(() -> FakeServices.renewed(id, id));
    stream.reading();

    renew(LongStream.rangeClosed(1, 10_000).toArray());
    stream.halfClose();

    assertThat(stream.end.get(30, TimeUnit.SECONDS).isOk()).isTrue();
    assertThat(stream.received().stream().map(LeaseKeepAliveResponse::getID))
        .isEqualTo(LongStream.rangeClosed(1, 10_000).boxed().toList());
  }

  @Test
  void doesNotListenOnToAClientThatDoesNotRead() {
    var taken = new AtomicInteger();
    ours.services.renewals =
        id -> {
          taken.incrementAndGet();
          return CompletableFuture.completedFuture(FakeServices.renewed(id, 30));
        };
    var narrow = ours.clientBuilder().usePlaintext().flowControlWindow(64 * 1024).build();
    stream = new StreamClient<>(ours.closing(narrow), LeaseGrpc.getLeaseKeepAliveMethod(), false);
    int sent = 40_000;

    renew(LongStream.rangeClosed(1, sent).toArray());

    await().until(() -> taken.get() > 1000);
    await().during(Duration.ofMillis(500)).until(taken::get, count -> count < sent / 2);
    stream.reading();
    await().atMost(Duration.ofSeconds(60)).until(() -> stream.received().size() == sent);
  }

  private void holdRenewals() {
    ours.services.renewals =
        id -> renewals.computeIfAbsent(id, absent -> new CompletableFuture<>());
  }

  private void complete(long id) {
    renewals.get(id).complete(FakeServices.renewed(id, 30));
  }

  private void renew(long... ids) {
    for (long id : ids) {
      stream.send(LeaseKeepAliveRequest.newBuilder().setID(id).build());
    }
  }
}
