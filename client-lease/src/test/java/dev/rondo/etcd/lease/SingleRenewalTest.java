package dev.rondo.etcd.lease;

import static dev.rondo.etcd.lease.FakeLeaseServer.failure;
import static dev.rondo.etcd.lease.RenewerFixture.DUE;
import static dev.rondo.etcd.lease.RenewerFixture.LEASE;
import static dev.rondo.etcd.lease.RenewerFixture.OTHER;
import static dev.rondo.etcd.lease.RenewerFixture.TICK;
import static dev.rondo.etcd.lease.RenewerFixture.TTL;
import static dev.rondo.etcd.lease.RenewerFixture.exception;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.WriteOutcome;
import org.junit.jupiter.api.Test;

class SingleRenewalTest {
  private final RenewerFixture given = new RenewerFixture();
  private final FakeLeaseServer server = given.server;

  @Test
  void renewsOnceAndLeavesNoStreamBehind() {
    var renewal = given.once(LEASE);

    assertThat(renewal.join().ttl()).isEqualTo(TTL);
    assertThat(renewal.join().id()).isEqualTo(LEASE);
    given.advance(ofSeconds(60));
    assertThat(server.renewals()).containsExactly(LEASE);
    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void goesOverTheStreamOfTheKeptLeases() {
    given.keep(OTHER);

    var renewal = given.once(LEASE);

    assertThat(renewal).isCompleted();
    assertThat(server.streams).hasSize(1);
    assertThat(server.open()).hasSize(1);
  }

  @Test
  void countsForAKeptLease() {
    given.keep(LEASE);
    given.advance(ofSeconds(1));

    assertThat(given.once(LEASE)).isCompleted();
    assertThat(server.renewals()).containsExactly(LEASE);
    given.advance(DUE.minus(TICK));
    assertThat(server.renewals()).hasSize(1);
    given.advance(TICK);

    assertThat(server.renewals()).hasSize(2);
  }

  @Test
  void isNotContentWithARenewalThatWasUnderWayBefore() {
    server.silence();
    given.keep(LEASE);
    given.advance(ofSeconds(7)); // sent at 6

    var renewal = given.once(LEASE);
    server.stream().answer(LEASE, 9);
    given.run();
    assertThat(renewal).isNotDone();
    assertThat(server.renewals()).hasSize(2);
    server.stream().answer(LEASE, 9);
    given.run();

    assertThat(renewal).isCompleted();
  }

  @Test
  void saysThatThereIsNoSuchLease() {
    server.gone.add(LEASE);

    var renewal = given.once(LEASE);

    assertThat(exception(renewal).code()).isEqualTo(Code.LEASE_NOT_FOUND);
    assertThat(exception(renewal))
        .hasMessage(
            "lease keep-alive: etcdserver: requested lease not found"
                + " [endpoint http://a:2379, attempts 1]");
    assertThat(server.open()).isEmpty();
  }

  @Test
  void movesOnWhenNoAnswerComes() {
    server.silent.add(FakeLeaseServer.A);

    var renewal = given.once(LEASE);
    given.advance(ofSeconds(3));

    assertThat(renewal).isCompleted();
    assertThat(server.streams).hasSize(2);
  }

  @Test
  void movesOnWhenTheStreamIsCancelled() {
    server.silence();
    var renewal = given.once(LEASE);
    server.silent.clear();

    server.stream().end(failure(Code.CANCELLED)); // as when its endpoint is taken out of the list
    given.advance(ofSeconds(1));

    assertThat(renewal).isCompleted();
  }

  @Test
  void movesOnWhenTheTokenOfTheStreamIsRefused() {
    server.silence();
    var renewal = given.once(LEASE);
    server.silent.clear();

    server.stream().end(failure(Code.INVALID_AUTH_TOKEN));
    given.advance(ofSeconds(1));

    assertThat(renewal).isCompleted();
  }

  @Test
  void failsWhenOneTokenAfterAnotherIsRefused() {
    server.silence();
    var renewal = given.once(LEASE);

    for (int i = 0; i < 3; i++) {
      assertThat(renewal).isNotDone();
      server.stream().end(failure(Code.INVALID_AUTH_TOKEN));
      given.advance(ofSeconds(1));
    }

    assertThat(exception(renewal).code()).isEqualTo(Code.INVALID_AUTH_TOKEN);
  }

  @Test
  void failsAtOnceWhenItIsRefused() {
    server.silence();
    var renewal = given.once(LEASE);

    server.stream().end(failure(Code.PERMISSION_DENIED));
    given.run();

    assertThat(exception(renewal).code()).isEqualTo(Code.PERMISSION_DENIED);
    given.advance(ofSeconds(1));
    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void givesUpAtItsDeadline() {
    server.silence();

    var renewal = given.once(LEASE);
    given.advance(TTL.minus(TICK));
    assertThat(renewal).isNotDone();
    given.advance(TICK);

    assertThat(exception(renewal).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(exception(renewal).outcome()).isEqualTo(WriteOutcome.UNKNOWN);
    assertThat(exception(renewal)).hasMessageContaining("no answer within PT12S");
    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void sentNothingIfNoEndpointWasConnected() {
    server.isConnected = false;

    var renewal = given.once(LEASE);
    given.advance(TTL);

    assertThat(exception(renewal).outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(exception(renewal).attempts()).isZero();
  }

  @Test
  void endsTheStreamWhenItIsCancelled() {
    server.silence();
    var renewal = given.once(LEASE);
    assertThat(server.open()).hasSize(1);

    renewal.cancel(true);
    given.run();

    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void failsWhenTheConnectionIsClosed() {
    server.silence();
    var renewal = given.once(LEASE);

    given.renewer.close();
    given.time.shutdownNow();
    server.runUsers();

    assertThat(exception(renewal).code()).isEqualTo(Code.CLOSED);
  }

  @Test
  void failsOnAClosedConnection() {
    given.renewer.close();
    given.run();
    given.time.shutdown();

    var renewal = given.once(LEASE);

    assertThat(exception(renewal).code()).isEqualTo(Code.CLOSED);
  }
}
