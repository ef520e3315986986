package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.ConnectionEvent.Rotated;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A member that is connected falls silent: its connection stays open, and nothing comes through.
 * The client first knew that member alone, and then another one, too.
 */
@Alone
@Timeout(120)
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.SharedCluster#bridged")
class BlackHoleTest {
  private static final Duration DEADLINE = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Enough to come to each of two members twice. */
  private static final int CALLS = 4;

  private final EtcdBackend backend;
  private final EtcdMember a;
  private final EtcdMember b;
  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  private Etcd client;
  private KvClient kv;

  BlackHoleTest(SharedCluster shared) {
    this.backend = shared.backend();
    this.a = shared.cluster().member(0);
    this.b = shared.cluster().member(1);
  }

  @BeforeEach
  void connect() {
    client = Etcd.builder().endpoints(a.endpoint()).listener(events::add).build();
    kv = client.kv().with(call -> call.timeout(DEADLINE));
    kv.put("key", "before");
    client.connection().endpoints(List.of(a.endpoint(), b.endpoint()));
    awaitConnected();
  }

  @AfterEach
  void heal() {
    client.close();
    a.bridge().heal();
    b.bridge().heal();
  }

  private void awaitConnected() {
    await().atMost(PATIENCE).until(() -> AllConnected.of(client.connection()));
  }

  @Test
  void c1_callsGoOnThroughTheOneMemberAndThenThroughTheOther() {
    KvClient again = kv.with(call -> call.idempotent(true));
    a.bridge().blackhole();
    assertServedBy(b, again);

    a.bridge().heal();
    awaitConnected();
    b.bridge().blackhole();
    assertServedBy(a, again);
  }

  private static void assertServedBy(EtcdMember member, KvClient kv) {
    MemberId expected = MemberId.of(member.id());
    for (int i = 0; i < CALLS; i++) {
      assertThat(KvCall.GET.of(kv, "key").memberId()).isEqualTo(expected);
      assertThat(KvCall.PUT.of(kv, "key").memberId()).isEqualTo(expected);
    }
  }

  @Test
  void c2_aPutInABlackHoleEndsAsUnknownAndTheNextSucceeds() {
    assertOneWriteIsUnknown(KvCall.PUT);
  }

  @Test
  void c3_aDeleteInABlackHoleEndsAsUnknownAndTheNextSucceeds() {
    assertOneWriteIsUnknown(KvCall.DELETE);
  }

  @Test
  void c4_aTransactionInABlackHoleEndsAsUnknownAndTheNextSucceeds() {
    assertOneWriteIsUnknown(KvCall.TXN);
  }

  @Test
  void c5_aReadInABlackHoleIsAnsweredByTheOtherMember() {
    assertEveryReadSucceeds(KvCall.GET);
  }

  @Test
  void c6_aLocalReadInABlackHoleIsAnsweredByTheOtherMember() {
    assertEveryReadSucceeds(KvCall.LOCAL_GET);
  }

  private void assertOneWriteIsUnknown(KvCall write) {
    List<KvCall.Ended> control = tried(write);
    a.bridge().blackhole();

    List<KvCall.Ended> calls = tried(write);

    assertThat(control).noneMatch(KvCall.Ended::hasFailed);
    assertThat(calls)
        .filteredOn(KvCall.Ended::hasFailed)
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.failure())
                  .isInstanceOf(OutcomeUnknownException.class)
                  .hasMessageContaining("silent");
              assertThat(call.failure().code()).isEqualTo(Code.UNAVAILABLE);
              assertThat(call.failure().endpoint()).contains(a.endpoint());
              assertThat(call.failure().attempts()).isEqualTo(1);
            });
    assertThat(calls.indexOf(calls.stream().filter(KvCall.Ended::hasFailed).findAny().get()))
        .as("the first or the second call goes to the silent member")
        .isLessThan(2);
    check(write, calls, control);
  }

  private void assertEveryReadSucceeds(KvCall read) {
    List<KvCall.Ended> control = tried(read);
    a.bridge().blackhole();

    List<KvCall.Ended> calls = tried(read);

    assertThat(control).noneMatch(KvCall.Ended::hasFailed);
    assertThat(calls).extracting(KvCall.Ended::failure).containsOnlyNulls();
    assertThat(calls)
        .extracting(call -> call.header().memberId())
        .containsOnly(MemberId.of(b.id()));
    Rotated rotated = new Rotated("get", Endpoint.parse(a.endpoint()), Code.UNAVAILABLE);
    await().untilAsserted(() -> assertThat(events).containsOnlyOnce(rotated));
    check(read, calls, control);
  }

  private List<KvCall.Ended> tried(KvCall call) {
    return Stream.generate(() -> call.tried(kv, "key")).limit(CALLS).toList();
  }

  private void check(KvCall call, List<KvCall.Ended> calls, List<KvCall.Ended> control) {
    // half a second of silence, half a second for the question, and a tick
    new Figure(backend + ", black hole: longest " + call, Duration.ofMillis(1_100))
        .check(longest(calls), longest(control));
  }

  private static Duration longest(List<KvCall.Ended> calls) {
    return calls.stream().map(KvCall.Ended::took).max(Comparator.naturalOrder()).orElseThrow();
  }
}
