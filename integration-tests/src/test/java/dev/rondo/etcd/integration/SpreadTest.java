package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls go round the members. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.testing.EtcdBackend#all")
@Timeout(120)
class SpreadTest {
  private static final int CALLS = 3_000;

  @Parameter EtcdBackend backend;

  @Test
  void readsAndWritesAreSpreadEvenlyOverAllMembers() {
    try (EtcdCluster cluster = backend.cluster().members(3).start();
        Connection connection = Connection.builder().endpoints(cluster.endpoints()).build()) {
      KvClient kv = KvClient.over(connection);
      await().until(() -> AllConnected.of(connection));

      assertEven(count(() -> kv.get(KeyRange.key("a")).header().memberId()));
      assertEven(count(() -> kv.put(Bytes.utf8("a"), Bytes.utf8("b")).header().memberId()));
    }
  }

  private static Map<MemberId, Long> count(Supplier<MemberId> call) {
    return Stream.generate(call)
        .limit(CALLS)
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  private static void assertEven(Map<MemberId, Long> byMember) {
    assertThat(byMember).hasSize(3);
    assertThat(byMember.values()).allSatisfy(calls -> assertThat(calls).isBetween(900L, 1_100L));
  }
}
