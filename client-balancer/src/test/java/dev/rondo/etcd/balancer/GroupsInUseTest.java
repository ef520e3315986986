package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.EndpointStatus.State.CONNECTED;
import static dev.rondo.etcd.balancer.EndpointStatus.State.CONNECTING;
import static dev.rondo.etcd.balancer.EndpointStatus.State.DISCONNECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.testing.FakeTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which groups of endpoints take part. */
class GroupsInUseTest {
  private static final Endpoint A = Endpoint.parse("http://a.test");
  private static final Endpoint B = Endpoint.parse("http://b.test");
  private static final Endpoint C = Endpoint.parse("http://c.test");
  private static final Duration ALMOST = Duration.ofMillis(999);

  private final FakeTime time = new FakeTime();
  private final GroupsInUse groups = new GroupsInUse(time.nanoTime());
  private final Map<Endpoint, EndpointStatus.State> states = new HashMap<>();

  private void groups(List<List<Endpoint>> changed) {
    groups.groups(changed, time.nanoTime());
  }

  /** Tells how those in use stand; what nothing was said of is being connected. */
  private void tell(Endpoint endpoint, EndpointStatus.State state) {
    states.put(endpoint, state);
    groups.statuses(
        groups.list().stream()
            .map(
                used ->
                    new EndpointStatus(
                        used,
                        states.getOrDefault(used, CONNECTING),
                        Instant.EPOCH,
                        Optional.empty(),
                        0,
                        Optional.empty(),
                        false,
                        false))
            .toList(),
        time.nanoTime());
  }

  private void wait(Duration step) {
    time.advance(step);
    groups.update(time.nanoTime());
  }

  @Test
  void theFirstGroupAloneTakesPart() {
    groups(List.of(List.of(A, B), List.of(C)));

    assertThat(groups.list()).containsExactly(A, B);
    assertThat(groups.isWaiting()).isTrue();
  }

  @Test
  void theNextGroupJoinsOnceAllOfTheFirstHaveFailed() {
    groups(List.of(List.of(A, B), List.of(C)));

    tell(A, DISCONNECTED);
    assertThat(groups.list()).containsExactly(A, B);
    tell(A, CONNECTING); // again
    tell(B, DISCONNECTED);

    assertThat(groups.list()).containsExactly(A, B, C);
  }

  @Test
  void theNextGroupJoinsAfterASecondWithoutAConnection() {
    groups(List.of(List.of(A), List.of(B), List.of(C)));

    wait(ALMOST);
    assertThat(groups.list()).containsExactly(A);
    wait(Duration.ofMillis(1));
    assertThat(groups.list()).containsExactly(A, B);
    wait(ALMOST);
    assertThat(groups.list()).containsExactly(A, B);
    wait(Duration.ofMillis(1));

    assertThat(groups.list()).containsExactly(A, B, C);
    assertThat(groups.isWaiting()).isFalse();
  }

  @Test
  void aGroupLeavesWhenABetterOneIsConnected() {
    groups(List.of(List.of(A), List.of(B), List.of(C)));
    tell(A, DISCONNECTED);
    tell(B, DISCONNECTED);
    tell(C, CONNECTED);
    assertThat(groups.list()).containsExactly(A, B, C);

    tell(B, CONNECTED);
    assertThat(groups.list()).containsExactly(A, B);
    tell(A, CONNECTED);

    assertThat(groups.list()).containsExactly(A);
  }

  @Test
  void aCutThatIsMendedAtOnceChangesNothing() {
    groups(List.of(List.of(A), List.of(B)));
    tell(A, CONNECTED);

    tell(A, CONNECTING);
    assertThat(groups.list()).containsExactly(A);
    tell(A, CONNECTED);

    assertThat(groups.list()).containsExactly(A);
  }

  @Test
  void whatIsConnectedStaysUntilABetterGroupIs() {
    groups(List.of(List.of(), List.of(A)));
    tell(A, CONNECTED);

    groups(List.of(List.of(B, C), List.of(A)));
    assertThat(groups.list()).containsExactly(B, C, A);
    tell(B, CONNECTED);

    assertThat(groups.list()).containsExactly(B, C);
  }

  @Test
  void anEndpointOfTwoGroupsIsListedOnce() {
    groups(List.of(List.of(A), List.of(A, B)));

    tell(A, DISCONNECTED);

    assertThat(groups.list()).containsExactly(A, B);
  }

  @Test
  void whatFailedBeforeItLeftIsTriedAgainWhenItIsBack() {
    groups(List.of(List.of(A), List.of(B), List.of(C)));
    tell(A, DISCONNECTED);
    tell(B, DISCONNECTED);
    tell(A, CONNECTED);
    tell(A, CONNECTED); // the first word without the others
    states.remove(B);

    tell(A, DISCONNECTED);

    assertThat(groups.list()).containsExactly(A, B);
  }
}
