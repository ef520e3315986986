package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.cluster.MaintenanceClient;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Endpoints that are swapped by hand. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#backends")
@Timeout(120)
class EndpointSwapTest {
  @Parameter EtcdBackend backend;

  private EtcdCluster etcd;
  private Connection connection;
  private KvClient kv;

  @BeforeEach
  void start() {
    etcd = backend.cluster().members(3).start();
    connection = Connection.builder().endpoints(etcd.member(0).endpoint()).build();
    kv = KvClient.over(connection);
    kv.put("a", "1");
  }

  @AfterEach
  void close() {
    connection.close();
    etcd.close();
  }

  private List<String> others() {
    return List.of(etcd.member(1).endpoint(), etcd.member(2).endpoint());
  }

  private String read() {
    return kv.get("a").orElseThrow().value().utf8();
  }

  @Test
  void c27_readsGoOnWhenTheEndpointsAreSwappedBeforeTheOnlyOneDies() {
    connection.endpoints(others());
    etcd.member(0).kill();

    assertThat(read()).isEqualTo("1");
  }

  @Test
  void c28_readsGoOnWhenTheEndpointsAreSwappedAfterTheOnlyOneDied() {
    etcd.member(0).kill();
    connection.endpoints(others());

    assertThat(read()).isEqualTo("1");
  }

  @Test
  void c30_aPutRightAfterTheSwapSucceeds() {
    for (int i = 0; i < 50; i++) {
      EtcdMember next = etcd.member(i % 3);
      connection.endpoints(List.of(next.endpoint()));
      kv.put("a", Integer.toString(i));
    }

    assertThat(read()).isEqualTo("49");
  }

  @Test
  void c31_anEndpointThatWasNotInTheListIsReachedOnceItIs() {
    MaintenanceClient maintenance = MaintenanceClient.over(connection);
    EtcdMember other = etcd.member(1);
    assertThatThrownBy(() -> maintenance.status(other.endpoint()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("endpoint must be one of [" + etcd.member(0).endpoint() + "]");

    connection.endpoints(others());

    assertThat(maintenance.status(other.endpoint()).header().memberId())
        .isEqualTo(MemberId.of(other.id()));
  }
}
