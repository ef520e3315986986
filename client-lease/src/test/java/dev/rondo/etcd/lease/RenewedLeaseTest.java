package dev.rondo.etcd.lease;

import static dev.rondo.etcd.lease.FakeLeaseServer.failure;
import static dev.rondo.etcd.lease.RenewerFixture.DUE;
import static dev.rondo.etcd.lease.RenewerFixture.LEASE;
import static dev.rondo.etcd.lease.RenewerFixture.OTHER;
import static dev.rondo.etcd.lease.RenewerFixture.TICK;
import static dev.rondo.etcd.lease.RenewerFixture.TTL;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.api.Code;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RenewedLeaseTest {
  private final RenewerFixture given = new RenewerFixture();
  private final FakeLeaseServer server = given.server;

  @Test
  void isLostWhenTheServerSaysSo() {
    var lease = given.keep(LEASE);
    var other = given.keep(OTHER);
    server.gone.add(LEASE);

    given.time.advance(DUE);
    assertThat(given.heard).as("by the renewer's task").isEmpty();
    server.runUsers();

    var loss = new LeaseLoss(LEASE, LeaseLoss.Reason.REVOKED);
    assertThat(given.heard).containsExactly(LeaseState.LOST, loss);
    assertThat(lease.whenLost()).isCompletedWithValue(loss);
    assertThat(lease.state()).isEqualTo(LeaseState.LOST);
    assertThat(lease.remaining()).isZero();
    given.advance(TTL);
    assertThat(server.renewals()).containsOnlyOnce(LEASE);
    assertThat(other.state()).isEqualTo(LeaseState.ACTIVE);
  }

  @Test
  void tellsOfALossThatWasBefore() {
    var lease = given.keep(LEASE);
    server.gone.add(LEASE);
    given.advance(DUE);

    var late = new ArrayList<LeaseLoss>();
    lease.onLost(late::add);
    given.run();

    assertThat(late).hasSize(1);
  }

  @Test
  void saysThatTheTimeIsOverAndLivesOnWhenTheServerSaysSo() {
    server.silence();
    var lease = given.keep(LEASE);

    given.advance(ofSeconds(8).minus(TICK));
    assertThat(lease.state()).isEqualTo(LeaseState.ACTIVE);
    given.advance(TICK);
    assertThat(lease.state()).isEqualTo(LeaseState.AT_RISK);
    assertThat(lease.remaining()).isEqualTo(ofSeconds(4));
    given.advance(ofSeconds(4));
    assertThat(lease.state()).isEqualTo(LeaseState.EXPIRED_UNCONFIRMED);
    assertThat(lease.remaining()).isZero();
    assertThat(lease.whenLost()).isNotDone();
    server.silent.clear();
    given.advance(ofSeconds(4));
    assertThat(lease.state()).isEqualTo(LeaseState.ACTIVE);
    server.silence();
    given.advance(TTL.plus(DUE));

    assertThat(given.heard)
        .containsExactly(
            LeaseState.AT_RISK,
            LeaseState.EXPIRED_UNCONFIRMED,
            LeaseState.ACTIVE,
            LeaseState.AT_RISK,
            LeaseState.EXPIRED_UNCONFIRMED);
  }

  @Test
  void isAtRiskNoMoreOnceARenewalIsConfirmed() {
    server.silence();
    var lease = given.keep(LEASE);
    given.advance(ofSeconds(8));
    server.silent.clear();

    given.advance(ofSeconds(1));

    assertThat(given.heard).containsExactly(LeaseState.AT_RISK, LeaseState.ACTIVE);
    assertThat(lease.status()).isEqualTo(new LeaseStatus(LeaseState.ACTIVE, TTL, Optional.empty()));
    given.advance(TTL);
    assertThat(given.heard).hasSize(2);
  }

  @Test
  void saysWhyItIsAtRisk() {
    server.silence();
    var lease = given.keep(LEASE);

    given.advance(DUE);
    assertThat(lease.status().reason()).as("the answer may come").isEmpty();
    given.advance(ofSeconds(3));
    var noAnswer = lease.status().reason().orElseThrow();
    server.stream().end(failure(Code.NO_LEADER));
    given.run();

    assertThat(noAnswer.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(noAnswer).hasMessageContaining("no answer in time [endpoint http://a:2379");
    assertThat(lease.status().reason().orElseThrow().code()).isEqualTo(Code.NO_LEADER);
  }

  @Test
  void saysThatNoEndpointIsConnected() {
    server.isConnected = false;
    var lease = given.keep(LEASE);

    given.advance(ofSeconds(9));

    var status = lease.status();
    assertThat(status.state()).isEqualTo(LeaseState.AT_RISK);
    assertThat(status.remaining()).isEqualTo(ofSeconds(3));
    assertThat(status.reason().orElseThrow()).hasMessageContaining("no endpoint is connected");
  }

  @Test
  void tellsALeaseThatRanOutFromOneThatWasRevoked() {
    server.silence();
    var lease = given.keep(LEASE);
    given.advance(TTL);
    server.gone.add(LEASE);
    server.silent.clear();

    given.advance(ofSeconds(4));

    assertThat(lease.whenLost())
        .isCompletedWithValue(new LeaseLoss(LEASE, LeaseLoss.Reason.EXPIRED));
    assertThat(given.heard)
        .startsWith(LeaseState.AT_RISK, LeaseState.EXPIRED_UNCONFIRMED, LeaseState.LOST);
  }

  @Test
  void goesOnWhenAListenerFails() {
    var lease = given.keep(LEASE);
    lease.onChange(
        status -> {
          throw new IllegalStateException("thrown by the test");
        });
    var after = new ArrayList<LeaseState>();
    lease.onChange(status -> after.add(status.state()));
    server.gone.add(LEASE);

    given.advance(DUE);

    assertThat(after).containsExactly(LeaseState.LOST);
    assertThat(lease.whenLost()).isCompleted();
  }

  @Test
  void isNotTouchedThroughTheFutureItGives() {
    var lease = given.keep(LEASE);

    lease.whenLost().complete(new LeaseLoss(LEASE, LeaseLoss.Reason.REVOKED));
    given.advance(DUE);

    assertThat(given.heard).isEmpty();
    assertThat(lease.whenLost()).isNotDone();
  }

  @Test
  void closingRevokes() {
    var lease = given.keep(LEASE);
    var whenLost = lease.whenLost();

    lease.close();
    lease.close();
    assertThat(lease.state()).isEqualTo(LeaseState.CLOSED);
    given.advance(TTL);

    assertThat(given.revoked).containsExactly(LEASE);
    assertThat(server.renewals()).isEmpty();
    assertThat(server.open()).isEmpty();
    assertThat(given.heard).containsExactly(LeaseState.CLOSED);
    assertThatThrownBy(whenLost::join).hasRootCauseInstanceOf(CancellationException.class);
  }

  @Test
  void closingThrowsNothingWhenTheLeaseCannotBeRevoked() {
    var lease =
        new RenewedLease(
            given.renewer,
            LEASE,
            TTL,
            given.time.nanoTime(),
            () -> CompletableFuture.failedFuture(failure(Code.DEADLINE_EXCEEDED)));

    lease.close();

    assertThat(lease.state()).isEqualTo(LeaseState.CLOSED);
  }

  @Test
  void closingALostLeaseRevokesNothing() {
    var lease = given.keep(LEASE);
    server.gone.add(LEASE);
    given.advance(DUE);

    lease.close();
    given.run();

    assertThat(given.revoked).isEmpty();
    assertThat(lease.state()).isEqualTo(LeaseState.LOST);
  }

  @Test
  void releasingLetsTheLeaseLive() {
    var lease = given.keep(LEASE);

    lease.release();
    lease.close();
    given.advance(ofSeconds(1));

    assertThat(given.revoked).isEmpty();
    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).as("nothing is left behind").isZero();
    assertThat(lease.remaining()).isEqualTo(ofSeconds(11));
  }

  @Test
  void startsNothingOnceItWasReleased() {
    var lease =
        new RenewedLease(
            given.renewer, LEASE, TTL, given.time.nanoTime(), () -> given.revoke(LEASE));

    lease.release();
    lease.start();
    given.advance(TTL);

    assertThat(server.streams).isEmpty();
  }

  @Test
  void isClosedWithTheConnection() {
    var lease = given.keep(LEASE);

    given.renewer.close();
    assertThat(lease.state()).isEqualTo(LeaseState.CLOSED);
    given.run();
    given.renewer.close();
    given.run();

    assertThat(given.heard).containsExactly(LeaseState.CLOSED);
    assertThat(given.revoked).isEmpty();
    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void isClosedByASchedulerThatTakesNoMore() {
    var lease = given.keep(LEASE);
    given.time.shutdown(); // as if the renewer were made after the connection was closed

    given.advance(DUE);

    assertThat(lease.state()).isEqualTo(LeaseState.CLOSED);
  }

  @Test
  void isClosedFromTheStartOnAClosedConnection() {
    given.renewer.close();
    given.run();
    given.time.shutdown();

    var lease = given.keep(LEASE);

    assertThat(lease.state()).isEqualTo(LeaseState.CLOSED);
  }
}
