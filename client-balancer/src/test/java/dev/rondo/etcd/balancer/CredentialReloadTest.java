package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.EndpointStatus.State;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.StreamListener;
import dev.rondo.etcd.testing.CertificateFiles;
import dev.rondo.etcd.testing.Certificates;
import dev.rondo.etcd.testing.ScriptedCall;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.SnapshotRequest;
import dev.rondo.etcd.wire.SnapshotResponse;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that are up while the files of their credentials change. */
@Timeout(60)
class CredentialReloadTest {
  private static final Certificates CERTIFICATES = Certificates.create();
  private static final Certificates OTHERS = Certificates.create();
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final MethodDescriptor<RangeRequest, RangeResponse> RANGE =
      KVGrpc.getRangeMethod();
  private static final Rpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> KEEP_ALIVE =
      Rpc.repeatable(
          "keep alive", LeaseGrpc.getLeaseKeepAliveMethod(), LeaseKeepAliveResponse::getHeader);
  private static final Rpc<SnapshotRequest, SnapshotResponse> SNAPSHOT =
      Rpc.localRead("snapshot", MaintenanceGrpc.getSnapshotMethod(), SnapshotResponse::getHeader);

  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  @TempDir private Path folder;
  private List<ScriptedServer> servers = List.of();

  @BeforeEach
  void showOld() throws IOException {
    show(CERTIFICATES.client("old"));
  }

  @AfterEach
  void stopServers() {
    servers.forEach(ScriptedServer::close);
  }

  @AfterAll
  static void deleteCertificates() {
    CERTIFICATES.close();
    OTHERS.close();
  }

  private void start(int count) {
    servers =
        IntStream.range(0, count)
            .mapToObj(
                index ->
                    ScriptedServer.builder()
                        .host("127.0.0." + (index + 1))
                        .tls(CERTIFICATES.member(index))
                        .clientAuth(CERTIFICATES.ca())
                        .start())
            .toList();
    servers.forEach(
        server ->
            server.on(RANGE, (request, call) -> call.reply(RangeResponse.getDefaultInstance())));
  }

  private void show(CertificateFiles identity) throws IOException {
    copy(identity.certificate(), "client.pem");
    copy(identity.key(), "client.key");
  }

  private Path copy(Path from, String name) throws IOException {
    return Files.copy(from, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private Connection connect(Path trust) {
    Connection connection =
        Connection.builder()
            .endpoints(servers.stream().map(ScriptedServer::endpoint).toList())
            .listener(events::add)
            .tls(
                Tls.builder()
                    .trust(trust)
                    .identity(folder.resolve("client.pem"), folder.resolve("client.key"))
                    .reloadEvery(INTERVAL)
                    .build())
            .build();
    return connection;
  }

  private Connection connected() {
    Connection connection = connect(CERTIFICATES.ca());
    await().atMost(PATIENCE).until(() -> ConnectionTest.connected(connection) == servers.size());
    return connection;
  }

  private static RangeResponse get(Connection connection) {
    return Blocking.await(
        Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), answer -> answer));
  }

  /** Whom the server saw in its last call. */
  private static String seen(ScriptedServer server) {
    List<ScriptedCall<RangeRequest, RangeResponse>> calls = server.calls(RANGE);
    return calls.isEmpty()
        ? ""
        : calls
            .get(calls.size() - 1)
            .clientCertificate()
            .map(shown -> shown.getSubjectX500Principal().getName())
            .orElse("nobody");
  }

  private void awaitSeen(Connection connection, String subject) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              get(connection);
              return servers.stream().allMatch(server -> seen(server).equals(subject));
            });
  }

  @Test
  void allConnectionsAreReplacedOnceWithoutAFailedCall() throws Exception {
    start(3);
    ExecutorService callers = Executors.newFixedThreadPool(4);
    AtomicBoolean isOver = new AtomicBoolean();
    try (Connection connection = connected()) {
      awaitSeen(connection, "CN=old");
      List<Future<Integer>> calling =
          IntStream.range(0, 4)
              .mapToObj(caller -> callers.submit(() -> callUntil(isOver, connection)))
              .toList();

      show(CERTIFICATES.client("new"));

      awaitSeen(connection, "CN=new");
      isOver.set(true);
      for (Future<Integer> each : calling) {
        assertThat(each.get(10, TimeUnit.SECONDS)).isPositive(); // throws what a call threw
      }
      assertThat(events)
          .filteredOn(
              event ->
                  event instanceof ConnectionEvent.Disconnected
                      || event instanceof ConnectionEvent.Retried)
          .isEmpty();
      assertThat(servers).allSatisfy(server -> assertThat(server.bridge().accepted()).isEqualTo(2));
      assertThat(connection.endpoints())
          .allSatisfy(status -> assertThat(status.lastFailure()).isEmpty());
      await()
          .atMost(PATIENCE)
          .until(() -> servers.stream().allMatch(server -> server.bridge().connections() == 1));
    } finally {
      isOver.set(true);
      callers.shutdownNow();
    }
  }

  private static int callUntil(AtomicBoolean isOver, Connection connection) {
    int calls = 0;
    while (!isOver.get()) {
      get(connection);
      calls++;
    }
    return calls;
  }

  @Test
  void aCallIsFinishedWhereItIsThoughItsConnectionIsReplaced() throws Exception {
    start(1);
    ScriptedServer server = servers.get(0);
    try (Connection connection = connected()) {
      server.on(RANGE, (request, call) -> {}); // answered below
      CompletableFuture<RangeResponse> slow =
          Calls.over(connection)
              .async()
              .call(GET, RangeRequest.getDefaultInstance(), answer -> answer);
      server.awaitReceived(RANGE, 1);
      server.on(RANGE, (request, call) -> call.reply(RangeResponse.getDefaultInstance()));

      show(CERTIFICATES.client("new"));
      awaitSeen(connection, "CN=new");

      assertThat(slow).isNotDone();
      server.calls(RANGE).get(0).reply(RangeResponse.newBuilder().setCount(7).build());
      assertThat(slow.get(10, TimeUnit.SECONDS).getCount()).isEqualTo(7);
    }
  }

  @Test
  void streamsAreToldToLeaveAndDownloadsAreFinished() throws Exception {
    start(1);
    ScriptedServer server = servers.get(0);
    server.on(LeaseGrpc.getLeaseKeepAliveMethod(), (request, call) -> {});
    server.on(
        MaintenanceGrpc.getSnapshotMethod(),
        (request, call) -> call.send(SnapshotResponse.getDefaultInstance()));
    Ending<LeaseKeepAliveResponse> stream = new Ending<>();
    Ending<SnapshotResponse> download = new Ending<>();
    try (Connection connection = connected()) {
      Calls calls = Calls.over(connection);
      var leases = calls.open(KEEP_ALIVE, Runnable::run, stream);
      leases.send(LeaseKeepAliveRequest.getDefaultInstance());
      var pieces = calls.open(SNAPSHOT, Runnable::run, download);
      pieces.request(10);
      pieces.send(SnapshotRequest.getDefaultInstance());
      pieces.halfClose();
      server.awaitReceived(2);

      show(CERTIFICATES.client("new"));

      EtcdException left = stream.get(10, TimeUnit.SECONDS).orElseThrow();
      assertThat(left.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(left).hasMessageContaining("the connection gave way to one with new credentials");
      assertThat(download).isNotDone();
      server.calls(MaintenanceGrpc.getSnapshotMethod()).get(0).complete();
      assertThat(download.get(10, TimeUnit.SECONDS)).isEmpty();
    }
  }

  @Test
  void theConnectionIsKeptWhereTheNewIdentityIsRefusedAndRenewedOnceItIsTaken() throws Exception {
    start(2);
    try (Connection connection = connected()) {
      show(OTHERS.client("foreign"));

      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(connection.endpoints())
                      .allSatisfy(status -> assertThat(status.lastFailure()).isPresent()));
      assertThat(connection.endpoints())
          .allSatisfy(status -> assertThat(status.state()).isEqualTo(State.CONNECTED));
      awaitSeen(connection, "CN=old");

      show(CERTIFICATES.client("new"));
      awaitSeen(connection, "CN=new");
      assertThat(connection.endpoints())
          .allSatisfy(status -> assertThat(status.lastFailure()).isEmpty());
      assertThat(events).noneMatch(ConnectionEvent.Disconnected.class::isInstance);
    }
  }

  @Test
  void anEndpointThatWasNotTrustedIsConnectedOnceItsCaIsInTheFile() throws Exception {
    start(1);
    Path trust = copy(OTHERS.ca(), "ca.pem");
    try (Connection connection = connect(trust)) {
      await().atMost(PATIENCE).until(() -> connection.endpoints().get(0).lastFailure().isPresent());

      copy(CERTIFICATES.ca(), "ca.pem");

      connection.awaitReady(PATIENCE);
      assertThat(get(connection)).isNotNull();
    }
  }

  /** How a stream ended: with a failure, or in good order. */
  private static final class Ending<R> extends CompletableFuture<Optional<EtcdException>>
      implements StreamListener<R> {
    @Override
    public void onMessage(R message) {}

    @Override
    public void onEnd(@Nullable EtcdException failure) {
      complete(Optional.ofNullable(failure));
    }
  }
}
