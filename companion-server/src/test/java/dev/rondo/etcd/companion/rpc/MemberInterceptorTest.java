package dev.rondo.etcd.companion.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.SnapshotRequest;
import dev.rondo.etcd.wire.StatusRequest;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemberInterceptorTest {
  private static final RangeRequest GET =
      RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build();
  private static final LeaseKeepAliveRequest RENEW =
      LeaseKeepAliveRequest.newBuilder().setID(7).build();

  private TestServer ours;
  private Channel channel;

  @BeforeEach
  void start() {
    ours = TestServer.start();
    channel = ours.client();
  }

  @AfterEach
  void stop() throws Exception {
    ours.close();
  }

  @Test
  void refusesRequestsThatNeedALeaderWithoutOne() {
    ours.hasLeader = () -> false;

    assertThatThrownBy(() -> kvWithHeader("true").range(GET))
        .hasMessage("UNAVAILABLE: etcdserver: no leader");
    assertThat(ours.services.requests).isEmpty();
  }

  @Test
  void takesRequestsThatNeedNoLeaderWithoutOne() {
    ours.hasLeader = () -> false;

    assertThatCode(() -> KVGrpc.newBlockingStub(channel).range(GET)).doesNotThrowAnyException();
    assertThatCode(() -> kvWithHeader("TRUE").range(GET)).doesNotThrowAnyException();
  }

  @Test
  void takesRequestsThatNeedALeaderWithOne() {
    assertThatCode(() -> kvWithHeader("true").range(GET)).doesNotThrowAnyException();
  }

  @Test
  void refusesStreamsThatNeedALeaderWithoutOne() throws Exception {
    ours.hasLeader = () -> false;

    var stream = keepAlive(true);

    assertThat(end(stream)).isEqualTo("UNAVAILABLE: etcdserver: no leader");
  }

  @Test
  void endsStreamsThatNeedALeaderOnceThereWasNoneForThreeElectionTimeouts() throws Exception {
    var never = new CompletableFuture<LeaseKeepAliveResponse>();
    ours.services.renewals = id -> never;
    var stream = keepAlive(true);
    var other = keepAlive(false);
    stream.send(RENEW);
    await().until(() -> never.getNumberOfDependents() > 0);
    var looks = new AtomicInteger();

    ours.hasLeader =
        () -> {
          looks.incrementAndGet();
          return false;
        };

    assertThat(end(stream)).isEqualTo("UNAVAILABLE: etcdserver: no leader");
    assertThat(looks).hasValueGreaterThanOrEqualTo(3);
    await().untilAsserted(() -> assertThat(never).isCancelled());
    assertThat(other.end).isNotDone();
  }

  @Test
  void keepsStreamsWhileALeaderComesBackInTime() {
    var stream = keepAlive(true);
    stream.send(RENEW);
    await().until(() -> stream.received().size() == 1);
    var looks = new AtomicInteger();

    ours.hasLeader = () -> looks.incrementAndGet() % 3 == 0;

    await().until(() -> looks.get() > 12);
    stream.send(RENEW);
    await().until(() -> stream.received().size() == 2);
  }

  @Test
  void refusesNearlyEverythingAsALearner() throws Exception {
    ours.isLearner = true;
    var learner = EtcdError.NOT_SUPPORTED_FOR_LEARNER.text();

    assertThatThrownBy(() -> KVGrpc.newBlockingStub(channel).range(GET))
        .hasMessageEndingWith(learner);
    assertThatThrownBy(() -> health()).hasMessageEndingWith(learner);
    assertThat(end(keepAlive(false))).isEqualTo("UNAVAILABLE: " + learner);
    assertThat(ours.services.requests).isEmpty();
  }

  @Test
  void answersALittleAsALearner() {
    ours.isLearner = true;
    var maintenance = MaintenanceGrpc.newBlockingStub(channel);
    var stale = GET.toBuilder().setSerializable(true).build();

    maintenance.status(StatusRequest.getDefaultInstance());
    KVGrpc.newBlockingStub(channel).range(stale);

    assertThat(ours.services.requests).containsExactly(StatusRequest.getDefaultInstance(), stale);
    // A learner may send a snapshot, if there were any.
    assertThatThrownBy(() -> maintenance.snapshot(SnapshotRequest.getDefaultInstance()).next())
        .hasMessageStartingWith("UNIMPLEMENTED");
  }

  @Test
  void saysOfALearnerWithoutALeaderThatItIsALearner() {
    ours.isLearner = true;
    ours.hasLeader = () -> false;

    assertThatThrownBy(() -> kvWithHeader("true").range(GET))
        .hasMessageEndingWith(EtcdError.NOT_SUPPORTED_FOR_LEARNER.text());
  }

  @Test
  void saysThatItServes() {
    assertThat(health()).isEqualTo(ServingStatus.SERVING);
  }

  private ServingStatus health() {
    return HealthGrpc.newBlockingStub(channel)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }

  private KVGrpc.KVBlockingStub kvWithHeader(String hasLeader) {
    var headers = new Metadata();
    headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), hasLeader);
    return KVGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private StreamClient<LeaseKeepAliveRequest, LeaseKeepAliveResponse> keepAlive(
      boolean requireLeader) {
    return new StreamClient<>(channel, LeaseGrpc.getLeaseKeepAliveMethod(), requireLeader)
        .reading();
  }

  private static String end(StreamClient<?, ?> stream) throws Exception {
    Status status = stream.end.get(10, TimeUnit.SECONDS);
    return status.getCode() + ": " + status.getDescription();
  }
}
