package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.companion.CompanionCluster;
import dev.rondo.etcd.companion.CompanionExtension;
import dev.rondo.etcd.companion.Timings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The extension, used as the README shows it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(60)
class CompanionExtensionTest {
  @RegisterExtension static final CompanionExtension etcd = CompanionExtension.members(3);

  @RegisterExtension
  final CompanionExtension own = CompanionExtension.of(cluster -> cluster.timings(Timings.FAST));

  private static CompanionCluster before;

  @Test
  @Order(1)
  void survivesTheLossOfTheLeader() {
    try (Etcd client = Etcd.builder().endpoints(etcd.endpoints()).build()) {
      client.kv().put("orders/17", "paid");
      etcd.cluster().leader().kill();
      assertThat(client.kv().get("orders/17")).isPresent();
    }
    before = own.cluster();
  }

  @Test
  @Order(2)
  void aStaticOneIsTheSameForAllTestsAndAnotherIsNew() {
    try (Etcd client = Etcd.builder().endpoints(etcd.endpoints()).build()) {
      assertThat(client.kv().get("orders/17")).isPresent();
    }
    assertThat(own.cluster()).isNotSameAs(before);
    assertThat(before.members()).noneMatch(member -> member.isRunning());
  }

  @Test
  @Order(3)
  void thereIsNoClusterOutsideOfTests() {
    var unused = CompanionExtension.members(1);

    assertThatThrownBy(unused::cluster)
        .hasMessage(
            "no test is running: register this with @RegisterExtension, and ask within a test");
  }

  @Test
  @Order(4)
  void keepsTheLogOfAClusterWhoseTestFailed() throws IOException {
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(Failing.class))
        .execute()
        .testEvents()
        .assertStatistics(tests -> tests.failed(1));

    try (Stream<Path> logs = Files.list(Path.of("target", "companion-logs"))) {
      assertThat(logs)
          .filteredOn(log -> log.getFileName().toString().startsWith("Failing.fails-"))
          .singleElement()
          .satisfies(log -> assertThat(log).content().contains("m0 starts", "m0 killed"));
    }
  }

  static class Failing {
    @RegisterExtension final CompanionExtension etcd = CompanionExtension.members(1);

    @Test
    void fails() {
      etcd.cluster().member(0).kill();
      throw new AssertionError("on purpose");
    }
  }
}
