package dev.rondo.etcd.lease;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.LeaseGrantResponse;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import dev.rondo.etcd.wire.LeaseLeasesResponse;
import dev.rondo.etcd.wire.LeaseRevokeResponse;
import dev.rondo.etcd.wire.LeaseStatus;
import dev.rondo.etcd.wire.LeaseTimeToLiveResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaseClientTest {
  private static final LeaseId LEASE = LeaseId.of(7);
  private static final Duration TTL = ofSeconds(9);
  private static final Status EXISTS =
      Status.FAILED_PRECONDITION.withDescription("etcdserver: lease already exists");
  private static final Status NOT_FOUND =
      Status.NOT_FOUND.withDescription("etcdserver: requested lease not found");
  private static final ResponseHeader HEADER = ResponseHeader.newBuilder().setRevision(3).build();

  private final ScriptedServer server = ScriptedServer.start();
  private final Set<Long> granted = ConcurrentHashMap.newKeySet(); // what the server has applied
  private final Connection connection = Connection.builder().endpoints(server.endpoint()).build();
  private final LeaseClient leases = LeaseClient.over(connection);

  LeaseClientTest() {
    server.on(
        LeaseGrpc.getLeaseGrantMethod(),
        (request, call) -> {
          if (granted.add(request.getID())) {
            call.reply(grant(request));
          } else {
            call.fail(EXISTS);
          }
        });
    server.on(
        LeaseGrpc.getLeaseTimeToLiveMethod(),
        (request, call) -> call.reply(timeToLive(request.getID(), 8, 12)));
    server.on(
        LeaseGrpc.getLeaseRevokeMethod(),
        (request, call) -> {
          if (granted.remove(request.getID())) {
            call.reply(LeaseRevokeResponse.newBuilder().setHeader(HEADER).build());
          } else {
            call.fail(NOT_FOUND);
          }
        });
    server.on(
        LeaseGrpc.getLeaseKeepAliveMethod(),
        (request, call) ->
            call.send(
                LeaseKeepAliveResponse.newBuilder()
                    .setHeader(HEADER)
                    .setID(request.getID())
                    .setTTL(granted.contains(request.getID()) ? 12 : 0)
                    .build()));
  }

  private static LeaseGrantResponse grant(LeaseGrantRequest request) {
    return LeaseGrantResponse.newBuilder()
        .setHeader(HEADER)
        .setID(request.getID())
        .setTTL(request.getTTL())
        .build();
  }

  private static LeaseTimeToLiveResponse timeToLive(long id, long left, long granted) {
    return LeaseTimeToLiveResponse.newBuilder()
        .setHeader(HEADER)
        .setID(id)
        .setTTL(left)
        .setGrantedTTL(granted)
        .addKeys(ByteString.copyFromUtf8("a"))
        .build();
  }

  /** Applies grants, and loses the answer of the first. */
  private void loseTheFirstGrant() {
    server.on(
        LeaseGrpc.getLeaseGrantMethod(),
        (request, call) -> call.fail(granted.add(request.getID()) ? Status.UNAVAILABLE : EXISTS));
  }

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @Test
  void drawsAnIdForEachGrant() {
    var first = leases.grant(TTL);
    var second = leases.grant(TTL);

    assertThat(first.ttl()).isEqualTo(TTL);
    assertThat(first.header().revision().value()).isEqualTo(3);
    assertThat(first.id().value()).isPositive().isNotEqualTo(second.id().value());
    assertThat(granted).containsExactlyInAnyOrder(first.id().value(), second.id().value());
  }

  @Test
  void roundsFractionsOfASecondUp() {
    leases.grant(ofMillis(1001));

    assertThat(server.received(LeaseGrpc.getLeaseGrantMethod()).get(0).getTTL()).isEqualTo(2);
  }

  @Test
  void leavesNoLeaseBehindWhenTheAnswerIsLost() {
    loseTheFirstGrant();

    var grant = leases.grant(TTL);

    assertThat(granted).containsExactly(grant.id().value());
    assertThat(grant.ttl()).as("what the server granted").isEqualTo(ofSeconds(12));
    assertThat(server.received(LeaseGrpc.getLeaseGrantMethod())).hasSize(2);
  }

  @Test
  void saysThatAGrantMayHaveBeenMadeWhenItsTimeToLiveIsNotKnown() {
    loseTheFirstGrant();
    server.on(
        LeaseGrpc.getLeaseTimeToLiveMethod(),
        (request, call) -> call.fail(Status.PERMISSION_DENIED));

    var failure = catchThrowableOfType(EtcdException.class, () -> leases.grant(TTL));

    assertThat(failure.code()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.UNKNOWN);
    assertThat(failure)
        .hasMessageStartingWith("lease grant: was granted, but for how long is not known")
        .hasCauseInstanceOf(EtcdException.class);
  }

  @Test
  void refusesAnIdThatIsTaken() {
    leases.grant(TTL, LEASE);

    var failure = catchThrowableOfType(EtcdException.class, () -> leases.grant(TTL, LEASE));

    assertThat(failure.code()).isEqualTo(Code.LEASE_EXIST);
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
  }

  @Test
  void saysThatAChosenIdMayHaveBeenTakenByThisVeryCall() {
    loseTheFirstGrant();

    var failure = catchThrowableOfType(EtcdException.class, () -> leases.grant(TTL, LEASE));

    assertThat(failure.code()).isEqualTo(Code.LEASE_EXIST);
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.UNKNOWN);
  }

  @Test
  void refusesAnAnswerForAnotherLease() {
    server.on(
        LeaseGrpc.getLeaseGrantMethod(),
        (request, call) -> call.reply(grant(request).toBuilder().setID(1).build()));

    assertThatThrownBy(() -> leases.grant(TTL, LEASE))
        .hasMessageContaining("asked for lease 7 and got 1 for 9 s")
        .extracting(failure -> ((EtcdException) failure).code())
        .isEqualTo(Code.MALFORMED_ANSWER);
  }

  @Test
  void revokes() {
    leases.grant(TTL, LEASE);

    var revocation = leases.revoke(LEASE);

    assertThat(revocation.id()).isEqualTo(LEASE);
    assertThat(revocation.header()).isPresent();
    assertThat(granted).isEmpty();
    assertThatThrownBy(() -> leases.revoke(LEASE))
        .hasMessageContaining("requested lease not found");
  }

  @Test
  void isContentWithALeaseThatAnEarlierAttemptHasRevoked() {
    leases.grant(TTL, LEASE);
    server.on(
        LeaseGrpc.getLeaseRevokeMethod(),
        (request, call) ->
            call.fail(granted.remove(request.getID()) ? Status.UNAVAILABLE : NOT_FOUND));

    assertThat(leases.revoke(LEASE).header()).isEmpty();
  }

  @Test
  void tellsTheTimeToLive() {
    var found = leases.timeToLiveWithKeys(LEASE).orElseThrow();

    assertThat(found.remaining()).isEqualTo(ofSeconds(8));
    assertThat(found.granted()).isEqualTo(ofSeconds(12));
    assertThat(found.keys()).containsExactly(Bytes.utf8("a"));
    assertThat(server.received(LeaseGrpc.getLeaseTimeToLiveMethod()).get(0).getKeys()).isTrue();
  }

  @Test
  void tellsTheKeysOfItsNamespaceOnlyByTheirNames() {
    server.on(
        LeaseGrpc.getLeaseTimeToLiveMethod(),
        (request, call) -> {
          var answer = timeToLive(7, 8, 12).toBuilder().clearKeys();
          for (String key : List.of("a", "a/", "a/1", "a/b/2", "a0", "b/3")) {
            answer.addKeys(ByteString.copyFromUtf8(key));
          }
          call.reply(answer.build());
        });
    var inside = leases.namespace("a/").with(call -> call.timeout(ofSeconds(5)));

    assertThat(inside.timeToLiveWithKeys(LEASE).orElseThrow().keys())
        .containsExactly(Bytes.utf8("1"), Bytes.utf8("b/2"));
    assertThat(inside.namespace("b/").timeToLiveWithKeys(LEASE).orElseThrow().keys())
        .containsExactly(Bytes.utf8("2"));
    assertThat(inside.async().namespace("b/").timeToLiveWithKeys(LEASE).join().orElseThrow().keys())
        .containsExactly(Bytes.utf8("2"));
    assertThat(leases.timeToLiveWithKeys(LEASE).orElseThrow().keys()).hasSize(6);
    assertThatThrownBy(() -> leases.namespace(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the prefix of a namespace must have at least one byte, was empty");
  }

  @Test
  void tellsALeaseThatIsGoneFromOneThatIsAboutToGo() {
    server.on(
        LeaseGrpc.getLeaseTimeToLiveMethod(),
        (request, call) -> call.reply(timeToLive(7, -1, request.getID() == 7 ? 0 : 12)));

    assertThat(leases.timeToLive(LEASE)).isEmpty();
    assertThat(leases.timeToLive(LeaseId.of(8)).orElseThrow().remaining()).isZero();
  }

  @Test
  void lists() {
    server.on(
        LeaseGrpc.getLeaseLeasesMethod(),
        (request, call) ->
            call.reply(
                LeaseLeasesResponse.newBuilder()
                    .setHeader(HEADER)
                    .addLeases(LeaseStatus.newBuilder().setID(7))
                    .addLeases(LeaseStatus.newBuilder().setID(-8))
                    .build()));

    assertThat(leases.list().ids()).containsExactly(LEASE, LeaseId.of(-8));
  }

  @Test
  void refusesBadInputAtOnce() {
    assertThatThrownBy(() -> leases.async().keep(ofMillis(200)))
        .hasMessage("ttl must be between PT1S and PT2500000H, was PT0.2S");
    assertThatThrownBy(() -> leases.grant(Duration.ofHours(2_500_000).plusNanos(1)))
        .hasMessage("ttl must be between PT1S and PT2500000H, was PT2500000H0.000000001S");
    assertThatThrownBy(() -> leases.async().revoke(LeaseId.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("id must name a lease, was LeaseId.NONE");
    assertThatThrownBy(() -> leases.keep(LeaseId.NONE)).hasMessageContaining("NONE");
    assertThatThrownBy(() -> leases.keepAliveOnce(LeaseId.NONE)).hasMessageContaining("NONE");
    assertThat(server.calls()).isEmpty();
  }

  @Test
  void keepsAndRevokesALease() {
    try (var lease = leases.keep(ofSeconds(4))) {
      assertThat(lease.state()).isEqualTo(LeaseState.ACTIVE);
      server.awaitReceived(LeaseGrpc.getLeaseKeepAliveMethod(), 1);
      await().until(() -> lease.ttl().equals(ofSeconds(12)));
    }

    assertThat(granted).isEmpty();
    await().until(() -> server.cancelledCalls() == 1);
  }

  @Test
  void keepsALeaseThatExists() {
    leases.grant(TTL, LEASE);

    var lease = leases.keep(LEASE);

    assertThat(lease.id()).isEqualTo(LEASE);
    assertThat(lease.ttl()).isEqualTo(ofSeconds(12));
    assertThatThrownBy(() -> leases.keep(LeaseId.of(8)))
        .hasMessageContaining("requested lease not found");
  }

  @Test
  void sendsAllRenewalsOfAConnectionOverOneStreamThatWantsALeader() {
    var clients = List.of(leases, LeaseClient.over(connection), leases.with(it -> it.timeout(TTL)));
    var kept =
        IntStream.range(0, 1000)
            .mapToObj(i -> clients.get(i % 3).async().keep(ofSeconds(4)))
            .map(CompletableFuture::join)
            .toList();

    await()
        .atMost(ofSeconds(20))
        .until(() -> kept.stream().allMatch(lease -> lease.ttl().equals(ofSeconds(12))));

    var streams = server.calls(LeaseGrpc.getLeaseKeepAliveMethod());
    assertThat(streams).hasSize(1);
    var hasLeader = Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    assertThat(streams.get(0).headers().get(hasLeader)).isEqualTo("true");
  }

  @Test
  void goesOnElsewhereWhenAMemberDoesNotAnswerRenewals() {
    try (var other = ScriptedServer.start();
        var both = Connection.builder().endpoints(server.endpoint(), other.endpoint()).build()) {
      for (var each : List.of(server, other)) {
        each.on(LeaseGrpc.getLeaseGrantMethod(), (request, call) -> call.reply(grant(request)));
        each.on(LeaseGrpc.getLeaseKeepAliveMethod(), (request, call) -> {});
      }
      var lease = LeaseClient.over(both).keep(ofSeconds(2));

      await()
          .untilAsserted(
              () -> {
                assertThat(server.received(LeaseGrpc.getLeaseKeepAliveMethod())).isNotEmpty();
                assertThat(other.received(LeaseGrpc.getLeaseKeepAliveMethod())).isNotEmpty();
              });

      lease.release();
    }
  }

  @Test
  void opensAnotherStreamWhenTheServerRestarts() {
    var lease = leases.keep(ofSeconds(1));
    server.awaitReceived(LeaseGrpc.getLeaseKeepAliveMethod(), 1);

    server.restart();

    await().until(() -> server.calls(LeaseGrpc.getLeaseKeepAliveMethod()).size() == 2);
    assertThat(lease.state()).isEqualTo(LeaseState.ACTIVE);
  }

  @Test
  void endsTheStreamWhenASingleRenewalIsInterrupted() throws InterruptedException {
    server.on(LeaseGrpc.getLeaseKeepAliveMethod(), (request, call) -> {});
    var failure = new AtomicReference<EtcdException>();
    var waiting =
        new Thread(
            () ->
                failure.set(
                    catchThrowableOfType(EtcdException.class, () -> leases.keepAliveOnce(LEASE))));
    waiting.start();
    server.awaitReceived(LeaseGrpc.getLeaseKeepAliveMethod(), 1);

    waiting.interrupt();
    waiting.join();

    assertThat(failure.get().code()).isEqualTo(Code.CANCELLED);
    assertThat(failure.get()).hasMessageStartingWith("lease keep-alive: interrupted");
    await().until(() -> server.cancelledCalls() == 1);
  }

  @Test
  void cancellingAKeepCancelsItsGrantAndRenewsNothing() {
    server.on(LeaseGrpc.getLeaseGrantMethod(), (request, call) -> {});
    var keeping = leases.async().keep(TTL);
    server.awaitReceived(LeaseGrpc.getLeaseGrantMethod(), 1);

    keeping.cancel(true);

    await().until(() -> server.cancelledCalls() == 1);
    assertThat(server.calls(LeaseGrpc.getLeaseKeepAliveMethod())).isEmpty();
  }

  @Test
  void completesFuturesWhereCallersMayBlock() {
    leases.grant(TTL, LEASE);

    var threads =
        List.of(
            leases.async().grant(TTL).thenApply(grant -> Thread.currentThread().getName()),
            leases.async().keep(TTL).thenApply(lease -> Thread.currentThread().getName()),
            leases.async().keepAliveOnce(LEASE).thenApply(it -> leases.grant(TTL).toString()));

    assertThat(threads).allSatisfy(thread -> assertThat(thread.join()).doesNotContain("timer"));
  }

  @Test
  void failsWhatWaitsWhenTheConnectionIsClosed() {
    server.on(LeaseGrpc.getLeaseKeepAliveMethod(), (request, call) -> {});
    var lease = leases.keep(TTL);
    var renewal = leases.async().keepAliveOnce(LEASE);
    server.awaitReceived(LeaseGrpc.getLeaseKeepAliveMethod(), 1);

    connection.close();

    assertThat(lease.state()).isEqualTo(LeaseState.CLOSED);
    await().until(renewal::isCompletedExceptionally);
    await().until(() -> lease.whenLost().isCompletedExceptionally());
    assertThat(catchThrowableOfType(EtcdException.class, () -> leases.keepAliveOnce(LEASE)).code())
        .isEqualTo(Code.CLOSED);
    lease.close();
  }

  @Test
  void failsAtOnceOnAConnectionThatWasClosedBefore() {
    connection.close();

    assertThat(catchThrowableOfType(EtcdException.class, () -> leases.keepAliveOnce(LEASE)).code())
        .isEqualTo(Code.CLOSED);
    assertThat(catchThrowableOfType(EtcdException.class, () -> leases.keep(TTL)).code())
        .isEqualTo(Code.CLOSED);
  }
}
