package dev.rondo.etcd.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EtcdBackendTest {
  private final String given = System.getProperty("etcd.bin", "");

  @AfterEach
  void restore() {
    System.setProperty("etcd.bin", given);
  }

  @Test
  void namesTheVersionOfTheEtcdOnThePath() {
    var etcd = EtcdBackend.onPath();

    assertThat(etcd).hasToString("etcd " + etcd.version());
    assertThat(etcd.version().isAtLeast(3, 4)).isTrue();
  }

  @Test
  void complainsAboutAnExecutableThatIsMissing() {
    System.setProperty("etcd.bin", "/no/such/etcd");

    assertThatThrownBy(EtcdBackend::all)
        .hasMessage("etcd.bin names no etcd that can be run: /no/such/etcd");
  }

  @Test
  void ordersVersionsByNumber() {
    var version = EtcdVersion.parse("etcd Version: 3.10.2\nGit SHA: 0\n");

    assertThat(version).isEqualTo(new EtcdVersion(3, 10, 2));
    assertThat(version.isAtLeast(3, 9)).isTrue();
    assertThat(version.isAtLeast(3, 11)).isFalse();
  }

  @Test
  void wantsTlsForCertificates() {
    var builder = EtcdBackend.onPath().cluster().clientAuth();

    assertThatThrownBy(builder::start).hasMessage("certificates need tls(...)");
  }
}
