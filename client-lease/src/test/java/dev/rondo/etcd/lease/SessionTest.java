package dev.rondo.etcd.lease;

import static dev.rondo.etcd.lease.RenewerFixture.DUE;
import static dev.rondo.etcd.lease.RenewerFixture.LEASE;
import static dev.rondo.etcd.lease.RenewerFixture.TTL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SessionTest {
  private final RenewerFixture given = new RenewerFixture();
  private final Session session = start();

  private Session start() {
    var lease =
        new RenewedLease(
            given.renewer, LEASE, TTL, given.time.nanoTime(), () -> given.revoke(LEASE));
    var started = SharedSession.of(lease);
    ((SharedSession) started).start();
    started.onChange(status -> given.heard.add(status.state()));
    started.onLost(given.heard::add);
    given.run();
    return started;
  }

  @Test
  void isRevokedWithItsLastHandle() {
    var other = session.share();
    assertThat(other.leaseId()).isEqualTo(LEASE);

    session.close();
    session.close();
    given.advance(DUE);
    assertThat(given.revoked).isEmpty();
    assertThat(session.isAlive()).isFalse();
    assertThat(session.status().state()).isEqualTo(LeaseState.CLOSED);
    assertThat(other.isAlive()).isTrue();
    assertThat(given.server.renewals()).hasSize(1);
    other.close();
    given.run();

    assertThat(given.revoked).containsExactly(LEASE);
    assertThat(given.heard).containsExactly(LeaseState.CLOSED);
    assertThat(given.server.open()).isEmpty();
  }

  @Test
  void endsForAllWhenItsLeaseIsLost() {
    var other = session.share();
    given.server.gone.add(LEASE);

    given.advance(DUE);

    var loss = new LeaseLoss(LEASE, LeaseLoss.Reason.REVOKED);
    assertThat(given.heard).containsExactly(LeaseState.LOST, loss);
    assertThat(session.isAlive()).isFalse();
    assertThat(other.isAlive()).isFalse();
    assertThat(other.whenLost()).isCompletedWithValue(loss);
    assertThatThrownBy(other::share)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("session " + LEASE + " is over: its lease is LOST");
    other.close();
    session.close();
    assertThat(given.revoked).isEmpty();
  }

  @Test
  void isNotAliveOnceItsTimeIsOver() {
    given.server.silence();

    given.advance(DUE.plusSeconds(3));
    assertThat(session.status().state()).isEqualTo(LeaseState.AT_RISK);
    assertThat(session.isAlive()).isTrue();
    given.advance(TTL.minus(DUE));

    assertThat(session.isAlive()).isFalse();
    assertThat(session.share().isAlive()).isFalse();
  }

  @Test
  void isOrphanedForAll() {
    var other = session.share();

    session.orphan();
    other.close();
    session.close();
    given.run();

    assertThat(given.revoked).isEmpty();
    assertThat(other.isAlive()).isFalse();
    assertThat(given.server.open()).isEmpty();
    assertThatThrownBy(session::share).hasMessageEndingWith("its lease is CLOSED");
  }

  @Test
  void isNotSharedByAClosedHandle() {
    session.close();

    assertThatThrownBy(session::share).isInstanceOf(IllegalStateException.class);
  }
}
