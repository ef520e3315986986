package dev.rondo.etcd.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rondo.etcd.balancer.channel.ServiceRecord;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The order of SRV records. */
class SrvGroupsTest {
  private static final int DRAWS = 20_000;

  private final Random random = new Random(7);

  private static ServiceRecord record(int priority, int weight, String target) {
    return new ServiceRecord(priority, weight, 2379, target, Duration.ofSeconds(30));
  }

  private static Endpoint endpoint(String host) {
    return Endpoint.parse("https://" + host + ":2379");
  }

  private List<List<Endpoint>> groups(ServiceRecord... records) {
    return SrvGroups.of(List.of(records), Endpoint.Scheme.HTTPS, random);
  }

  @Test
  void thereIsAGroupForEachPriorityTheSmallestNumberFirst() {
    assertThat(groups(record(20, 0, "c"), record(3, 0, "a"), record(10, 0, "b")))
        .containsExactly(List.of(endpoint("a")), List.of(endpoint("b")), List.of(endpoint("c")));
  }

  @Test
  void theFirstOfAGroupIsDrawnByWeight() {
    int[] first = new int[3];
    for (int i = 0; i < DRAWS; i++) {
      Endpoint drawn =
          groups(record(1, 10, "a"), record(1, 30, "b"), record(1, 60, "c")).get(0).get(0);
      first[drawn.host().charAt(0) - 'a']++;
    }

    assertThat(first[0] / (double) DRAWS).isCloseTo(0.1, within(0.02));
    assertThat(first[1] / (double) DRAWS).isCloseTo(0.3, within(0.02));
    assertThat(first[2] / (double) DRAWS).isCloseTo(0.6, within(0.02));
  }

  @Test
  void weightZeroHasASmallChanceAndEqualWeightsTheSame() {
    int zeroFirst = 0;
    int firstOfTwo = 0;
    for (int i = 0; i < DRAWS; i++) {
      if (groups(record(1, 0, "a"), record(1, 99, "b")).get(0).get(0).host().equals("a")) {
        zeroFirst++;
      }
      if (groups(record(1, 50, "a"), record(1, 50, "b")).get(0).get(0).host().equals("a")) {
        firstOfTwo++;
      }
    }

    assertThat(zeroFirst / (double) DRAWS).isCloseTo(0.01, within(0.005));
    assertThat(firstOfTwo / (double) DRAWS).isCloseTo(0.5, within(0.02));
  }

  @Test
  void everyRecordOfAGroupIsThereOnce() {
    assertThat(
            groups(
                    record(1, 0, "a"),
                    record(1, 65_535, "b"),
                    record(1, 65_535, "c"),
                    record(1, 65_535, "b"))
                .get(0))
        .containsExactlyInAnyOrder(endpoint("a"), endpoint("b"), endpoint("c"));
  }

  @Test
  void aRecordWithoutAPortIsPassedOver() {
    assertThat(groups(new ServiceRecord(1, 1, 0, "a", Duration.ZERO))).isEmpty();
  }

  @Test
  void anAnswerHoldsForItsTimeToLiveWithinBounds() {
    assertThat(holds(0)).isEqualTo(Duration.ofSeconds(5));
    assertThat(holds(4, 60)).isEqualTo(Duration.ofSeconds(5));
    assertThat(holds(60, 30)).isEqualTo(Duration.ofSeconds(30));
    assertThat(holds(86_400)).isEqualTo(Duration.ofHours(1));
  }

  private static Duration holds(int... seconds) {
    return SrvLookup.holds(
        Arrays.stream(seconds)
            .mapToObj(ttl -> new ServiceRecord(1, 1, 1, "a", Duration.ofSeconds(ttl)))
            .toList());
  }
}
