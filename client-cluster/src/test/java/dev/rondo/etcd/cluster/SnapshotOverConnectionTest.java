package dev.rondo.etcd.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.SnapshotResponse;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots over a real connection, of a server that stops in the middle. */
@Timeout(30)
class SnapshotOverConnectionTest {
  @TempDir Path folder;
  private final ScriptedServer server = ScriptedServer.start();
  private final Connection connection = Connection.builder().endpoints(server.endpoint()).build();
  private final AsyncMaintenanceClient maintenance = MaintenanceClient.over(connection).async();

  @BeforeEach
  void sendTheFirstPiece() {
    server.on(
        MaintenanceGrpc.getSnapshotMethod(),
        (request, call) ->
            call.send(
                SnapshotResponse.newBuilder()
                    .setRemainingBytes(4096)
                    .setBlob(ByteString.copyFrom(new byte[4096]))
                    .build()));
  }

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @Test
  void endsWithTheErrorOfTheServer() {
    var snapshot = begun();

    server
        .calls(MaintenanceGrpc.getSnapshotMethod())
        .get(0)
        .fail(Status.UNAVAILABLE.withDescription("etcdserver: server stopped"));

    assertThat(failureOf(snapshot).code()).isEqualTo(Code.STOPPED);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void endsWithTheServer() {
    var snapshot = begun();

    server.stop();

    assertThat(failureOf(snapshot).code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void endsWithTheConnection() {
    var snapshot = begun();

    connection.close();

    assertThat(failureOf(snapshot).code()).isEqualTo(Code.CLOSED);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void doesNotBeginOverAClosedConnection() {
    connection.close();

    var snapshot = maintenance.snapshot(server.endpoint(), folder.resolve("backup.db"));

    assertThat(failureOf(snapshot).code()).isEqualTo(Code.CLOSED);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void cancelsTheCallOfTheServer() {
    begun().cancel(true);

    assertThat(folder).isEmptyDirectory();
    await().until(() -> server.cancelledCalls() == 1);
  }

  @Test
  void failsAtOnceWhereNothingCanBeReached() {
    server.stop();
    await().until(() -> connection.endpoints().get(0).state() == EndpointStatus.State.DISCONNECTED);

    var snapshot = maintenance.snapshot(server.endpoint(), folder.resolve("backup.db"));

    assertThat(failureOf(snapshot).code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void givesUpOnAServerThatSaysNothing() {
    server.on(MaintenanceGrpc.getSnapshotMethod(), (request, call) -> {});

    var snapshot =
        maintenance
            .with(call -> call.timeout(Duration.ofMillis(200)))
            .snapshot(server.endpoint(), folder.resolve("backup.db"));

    assertThat(failureOf(snapshot).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    await().until(() -> server.cancelledCalls() == 1);
    assertThat(folder).isEmptyDirectory();
  }

  /** A snapshot whose first piece is written. */
  private CompletableFuture<Snapshot> begun() {
    var written = new CompletableFuture<Long>();
    var snapshot =
        maintenance.snapshot(
            Endpoint.parse(server.endpoint()),
            folder.resolve("backup.db"),
            (writtenBytes, remainingBytes) -> written.complete(writtenBytes));
    assertThat(written.join()).isEqualTo(4096);
    return snapshot;
  }

  private static EtcdException failureOf(CompletableFuture<?> future) {
    var thrown = catchThrowableOfType(ExecutionException.class, () -> future.get(10, SECONDS));
    return (EtcdException) thrown.getCause();
  }
}
