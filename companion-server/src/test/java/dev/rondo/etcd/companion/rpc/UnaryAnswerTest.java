package dev.rondo.etcd.companion.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.AuthEnableRequest;
import dev.rondo.etcd.wire.AuthGrpc;
import dev.rondo.etcd.wire.DowngradeRequest;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.SnapshotRequest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnaryAnswerTest {
  private static final PutRequest PUT =
      PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build();

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
  void answersWithWhatTheEngineAnswers() {
    var answer =
        PutResponse.newBuilder().setHeader(ResponseHeader.newBuilder().setRevision(7)).build();
    ours.services.puts = request -> CompletableFuture.completedFuture(answer);

    assertThat(KVGrpc.newBlockingStub(channel).put(PUT)).isEqualTo(answer);
    assertThat(ours.services.requests).containsExactly(PUT);
  }

  @Test
  void saysARefusalInEtcdsWords() {
    var refusal = new CompletionException(EtcdError.LEASE_NOT_FOUND.exception());

    var status = failure(request -> CompletableFuture.failedFuture(refusal));

    assertThat(status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(status.getDescription()).isEqualTo("etcdserver: requested lease not found");
  }

  @Test
  void passesAStatusOn() {
    var refusal = Status.DATA_LOSS.withDescription("really").asRuntimeException();

    var status = failure(request -> CompletableFuture.failedFuture(refusal));

    assertThat(status.getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(status.getDescription()).isEqualTo("really");
  }

  @Test
  void tellsNothingOfItsOwnFaults() {
    var status =
        failure(request -> CompletableFuture.failedFuture(new IllegalStateException("secret")));

    assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(status.getDescription())
        .isEqualTo("companion server: unforeseen failure, see its log");
  }

  @Test
  void takesAnEngineThatThrowsForOneThatFails() {
    var status =
        failure(
            request -> {
              throw new IllegalStateException("secret");
            });

    assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(status.getDescription()).doesNotContain("secret");
  }

  @Test
  void stopsWaitingForACallThatWasGivenUp() {
    var never = new CompletableFuture<PutResponse>();
    ours.services.puts = request -> never;
    var call = KVGrpc.newFutureStub(channel).put(PUT);
    await().until(() -> !ours.services.requests.isEmpty());

    call.cancel(true);

    await().untilAsserted(() -> assertThat(never).isCancelled());
  }

  @Test
  void stopsWaitingForACallWhoseDeadlineHasPassed() {
    var never = new CompletableFuture<PutResponse>();
    ours.services.puts = request -> never;

    assertThatThrownBy(
            () ->
                KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                    .put(PUT))
        .hasMessageStartingWith("DEADLINE_EXCEEDED");

    await().untilAsserted(() -> assertThat(never).isCancelled());
  }

  @Test
  void saysOfWhatIsNotThereThatItIsNot() {
    var maintenance = MaintenanceGrpc.newBlockingStub(channel);

    assertThatThrownBy(
            () ->
                AuthGrpc.newBlockingStub(channel)
                    .authEnable(AuthEnableRequest.getDefaultInstance()))
        .hasMessageStartingWith("UNIMPLEMENTED");
    assertThatThrownBy(() -> maintenance.downgrade(DowngradeRequest.getDefaultInstance()))
        .hasMessageStartingWith("UNIMPLEMENTED");
    assertThatThrownBy(() -> maintenance.snapshot(SnapshotRequest.getDefaultInstance()).next())
        .hasMessageStartingWith("UNIMPLEMENTED");
  }

  private Status failure(Function<PutRequest, CompletableFuture<PutResponse>> script) {
    ours.services.puts = script;
    try {
      throw new AssertionError(KVGrpc.newBlockingStub(channel).put(PUT));
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }
}
