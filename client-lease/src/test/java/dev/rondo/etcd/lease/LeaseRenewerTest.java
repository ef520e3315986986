package dev.rondo.etcd.lease;

import static dev.rondo.etcd.lease.FakeLeaseServer.failure;
import static dev.rondo.etcd.lease.RenewerFixture.DUE;
import static dev.rondo.etcd.lease.RenewerFixture.LEASE;
import static dev.rondo.etcd.lease.RenewerFixture.OTHER;
import static dev.rondo.etcd.lease.RenewerFixture.TICK;
import static dev.rondo.etcd.lease.RenewerFixture.TTL;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.LeaseId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LeaseRenewerTest {
  private final RenewerFixture given = new RenewerFixture();
  private final FakeLeaseServer server = given.server;

  @Test
  void renewsAfterHalfOfTheTtl() {
    given.keep(LEASE);

    given.advance(DUE.minus(TICK));
    assertThat(server.renewals()).isEmpty();
    given.advance(TICK);
    assertThat(server.renewals()).containsExactly(LEASE);
    given.advance(DUE);

    assertThat(server.renewals()).containsExactly(LEASE, LEASE);
  }

  @Test
  void goesByTheTtlThatTheServerSaidLast() {
    var lease = given.keep(LEASE);
    server.ttl = 30;

    given.advance(DUE);
    assertThat(lease.ttl()).isEqualTo(ofSeconds(30));
    given.advance(ofSeconds(15).minus(TICK));
    assertThat(server.renewals()).hasSize(1);
    given.advance(TICK);

    assertThat(server.renewals()).hasSize(2);
  }

  @Test
  void survivesTheLongestTtlThatAServerCanName() {
    var lease = given.keep(LEASE);
    server.ttl = Long.MAX_VALUE;

    given.advance(DUE);

    assertThat(lease.state()).isEqualTo(LeaseState.ACTIVE);
    assertThat(lease.remaining()).isEqualTo(Duration.ofHours(2_500_000));
  }

  @Test
  void countsFromWhenTheRenewalWasSent() {
    var lease = given.keep(LEASE);
    server.silence();

    given.advance(ofSeconds(8)); // sent at 6
    assertThat(lease.remaining()).isEqualTo(ofSeconds(4));
    server.stream().answer(LEASE, 12);
    given.run();

    assertThat(lease.remaining()).isEqualTo(ofSeconds(10));
    given.advance(ofSeconds(4));
    assertThat(server.renewals()).hasSize(2);
  }

  @Test
  void hasOneRequestOfALeaseInFlight() {
    given.keep(LEASE);
    given.keep(LEASE);
    server.silence();

    given.advance(ofSeconds(9).minus(TICK));

    assertThat(server.renewals()).containsExactly(LEASE);
  }

  @Test
  void sendsNothingOverAStreamThatIsNotReady() {
    given.keep(LEASE);
    server.isReady = false;

    given.advance(ofSeconds(7));
    assertThat(server.renewals()).isEmpty();
    server.isReady = true;
    server.stream().becomeReady();
    given.run();

    assertThat(server.received).containsExactly(new FakeLeaseServer.Received(LEASE, ofSeconds(7)));
  }

  static Stream<Optional<Code>> ends() {
    return Stream.concat(Stream.of(Optional.empty()), Stream.of(Code.values()).map(Optional::of));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void opensTheStreamAgainHoweverItEnds(Optional<Code> end) {
    var lease = given.keep(LEASE);
    server.silence();
    given.advance(DUE);
    var ended = server.stream();
    server.silent.clear();

    ended.end(end.map(FakeLeaseServer::failure).orElse(null));
    given.run();
    assertThat(server.streams).as("not at once").hasSize(1);
    given.advance(ofMillis(20));

    assertThat(server.open()).hasSize(1);
    assertThat(server.stream().endpoint).isNotEqualTo(ended.endpoint);
    assertThat(server.stream().requests).containsExactly(LEASE);
    assertThat(lease.state()).isEqualTo(LeaseState.ACTIVE);
    assertThat(lease.remaining()).isEqualTo(TTL);
  }

  @Test
  void opensTheStreamAgainWhenNothingIsDue() {
    given.keep(LEASE);

    server.stream().end(failure(Code.UNAVAILABLE));
    given.advance(ofMillis(20));

    assertThat(server.open()).hasSize(1);
    assertThat(server.renewals()).isEmpty();
  }

  @Test
  void waitsLongerAfterEachEndUntilAnAnswerComes() {
    given.keep(LEASE);
    server.silence();

    var waits = new ArrayList<Long>();
    for (int i = 0; i < 8; i++) {
      waits.add(millisUntilTheNextStream());
    }
    server.silent.clear();
    given.advance(DUE);

    assertThat(waits).containsExactly(20L, 40L, 80L, 160L, 320L, 640L, 1000L, 1000L);
    assertThat(millisUntilTheNextStream()).isEqualTo(20);
  }

  private long millisUntilTheNextStream() {
    server.stream().end(failure(Code.NO_LEADER));
    given.run();
    long waited = 0;
    for (; server.open().isEmpty(); waited++) {
      given.advance(TICK);
    }
    return waited;
  }

  @Test
  void movesToAnotherEndpointWhenRenewalsGoUnanswered() {
    server.silence();
    given.keep(LEASE);
    given.keep(OTHER);
    var silent = server.stream();

    given.advance(ofSeconds(9).minus(TICK));
    assertThat(server.streams).hasSize(1);
    server.silent.retainAll(List.of(silent.endpoint));
    given.advance(TICK);

    assertThat(silent.isOver).isTrue();
    assertThat(silent.cancelled).isEqualTo("no answer");
    assertThat(server.open()).hasSize(1);
    assertThat(server.stream().endpoint).isNotEqualTo(silent.endpoint);
    assertThat(server.stream().requests).containsExactly(LEASE, OTHER);
  }

  @Test
  void givesEveryMemberItsTurnBeforeTheTimeIsOver() {
    server.silent.addAll(List.of(FakeLeaseServer.A, FakeLeaseServer.B));
    var lease = given.keep(LEASE);

    given.advance(ofMillis(10_500)); // 6 s until it is due, 3 s at the first, 1.5 s at the next

    assertThat(server.streams.stream().map(stream -> stream.endpoint))
        .containsExactly(FakeLeaseServer.A, FakeLeaseServer.B, FakeLeaseServer.C);
    assertThat(lease.remaining()).isEqualTo(TTL);
  }

  @Test
  void goesRoundAtAMeasuredPaceWhenNobodyAnswers() {
    server.silence();
    given.keep(LEASE);

    given.advance(TTL);
    var inTheEnd = server.streams.size();
    given.advance(TTL);

    assertThat(inTheEnd).isLessThanOrEqualTo(6);
    assertThat(server.streams).as("a third of the ttl each").hasSize(inTheEnd + 3);
    var visited = server.streams.stream().map(stream -> stream.endpoint).toList();
    assertThat(visited.subList(0, 3)).doesNotHaveDuplicates();
  }

  @Test
  void givesAFreshStreamTimeForTheRenewalsOfTheLastOne() {
    server.silence();
    given.keep(LEASE);
    given.advance(ofMillis(100));
    given.keep(OTHER);
    given.advance(ofSeconds(8));
    server.isReady = false;

    given.advance(ofMillis(1400));

    assertThat(server.streams).as("one move, not one for each lease").hasSize(2);
  }

  @Test
  void staysWhereItIsAsLongAsNoEndpointIsConnected() {
    server.isConnected = false;
    var lease = given.keep(LEASE);

    given.advance(ofSeconds(60));
    assertThat(server.streams).hasSize(1);
    assertThat(lease.state()).isEqualTo(LeaseState.EXPIRED_UNCONFIRMED);
    server.isConnected = true;
    server.stream().becomeReady();
    given.run();

    assertThat(lease.state()).isEqualTo(LeaseState.ACTIVE);
  }

  @Test
  void endsAStreamThatAnswersForALeaseNobodyAskedFor() {
    var lease = given.keep(LEASE);
    var mad = server.stream();

    mad.answer(OTHER, 9);
    given.run();
    assertThat(mad.cancelled).isEqualTo("malformed answer");
    given.advance(DUE);

    assertThat(server.open()).hasSize(1);
    assertThat(server.stream().requests).containsExactly(LEASE);
    assertThat(lease.state()).isEqualTo(LeaseState.ACTIVE);
  }

  @Test
  void endsAStreamThatAnswersTwice() {
    given.keep(LEASE);
    given.advance(DUE);
    var mad = server.stream();

    mad.answer(LEASE, 9);
    given.run();

    assertThat(mad.cancelled).isEqualTo("malformed answer");
  }

  @Test
  void takesTheAnswerForALeaseThatWasReleasedMeanwhile() {
    var lease = given.keep(LEASE);
    given.keep(OTHER);
    server.silence();
    given.advance(DUE);

    lease.release();
    server.stream().answer(LEASE, 9);
    given.run();

    assertThat(server.streams).hasSize(1);
    assertThat(server.open()).hasSize(1);
  }

  @Test
  void spreadsTheRenewalsOfManyLeases() {
    var spread = new RenewerFixture(new Random(1)::nextDouble);
    LongStream.rangeClosed(1, 1000).mapToObj(LeaseId::of).forEach(spread::keep);

    spread.advance(ofMillis(6_600));

    assertThat(new HashSet<>(spread.server.renewals())).hasSize(1000);
    var byTenMillis =
        spread.server.received.stream()
            .collect(Collectors.groupingBy(it -> it.at().toMillis() / 10, Collectors.counting()));
    assertThat(byTenMillis.keySet()).allMatch(slot -> slot >= 600 && slot <= 660);
    assertThat(byTenMillis.values()).allMatch(count -> count < 40);
  }

  @Test
  void renewsAThousandLeasesOverOneStream() {
    var many = new RenewerFixture(new Random(1)::nextDouble);
    LongStream.rangeClosed(1, 1000).mapToObj(LeaseId::of).forEach(many::keep);

    many.advance(ofMinutes(5));

    assertThat(many.server.streams).hasSize(1);
    assertThat(many.server.received)
        .as("no more than two in the ttl of 12 s")
        .hasSizeBetween(45_000, 50_000);
    assertThat(many.heard).isEmpty();
  }

  @Test
  void endsTheStreamWithTheLastLease() {
    var lease = given.keep(LEASE);
    var other = given.keep(OTHER);

    lease.release();
    given.run();
    assertThat(server.open()).hasSize(1);
    other.release();
    given.run();

    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).as("nothing is left behind").isZero();
  }
}
