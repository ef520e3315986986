package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.ConnectionEvent.Disconnected;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.EndpointStatus.State;
import dev.rondo.etcd.balancer.Tls;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.CertificateFiles;
import dev.rondo.etcd.testing.Certificates;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Members whose certificates name one member each, and who gets to speak to them. */
@Timeout(120)
@ParameterizedClass
@MethodSource("clusters")
class TlsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration BRIEF = Duration.ofSeconds(1);
  private static final int CALLS = 300;

  private final EtcdBackend backend;
  private final Certificates certificates;
  private final EtcdCluster cluster;

  TlsTest(SecureCluster secure) {
    this.backend = secure.backend();
    this.certificates = secure.certificates();
    this.cluster = secure.cluster();
  }

  /** Three members, each under a certificate with its own address alone. */
  record SecureCluster(EtcdBackend backend, Certificates certificates, EtcdCluster cluster)
      implements AutoCloseable {
    static SecureCluster start(EtcdBackend backend) {
      Certificates certificates = Certificates.create();
      EtcdCluster cluster = backend.cluster().members(3).tls(certificates).start();
      return new SecureCluster(backend, certificates, cluster);
    }

    @Override
    public void close() {
      cluster.close();
      certificates.close();
    }

    @Override
    public String toString() {
      return backend.toString();
    }
  }

  static Stream<SecureCluster> clusters() {
    return Lengths.backends().stream().map(SecureCluster::start);
  }

  private Tls trusting() {
    return Tls.builder().trust(certificates.ca()).build();
  }

  private static Etcd connect(EtcdCluster cluster, Tls tls) {
    return Etcd.builder().endpoints(cluster.endpoints()).tls(tls).build();
  }

  private static void awaitConnected(Etcd client, int count) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                client.connection().endpoints().stream()
                        .filter(status -> status.state() == State.CONNECTED)
                        .count()
                    == count);
  }

  /** Who answers {@link #CALLS} reads, and how many of them. */
  private static Map<MemberId, Long> served(Etcd client) {
    return Stream.generate(() -> client.kv().get(KeyRange.key("a")).header().memberId())
        .limit(CALLS)
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  private static MemberId id(EtcdMember member) {
    return MemberId.of(member.id());
  }

  private static MemberId[] ids(EtcdCluster cluster) {
    return cluster.members().stream().map(TlsTest::id).toArray(MemberId[]::new);
  }

  /** Why a client finds no endpoint; it must say so when its time is over. */
  private static EtcdException refusal(Etcd client) {
    long start = System.nanoTime();
    EtcdException refusal =
        catchThrowableOfType(EtcdException.class, () -> client.awaitReady(BRIEF));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BRIEF.multipliedBy(3));
    return refusal;
  }

  /** What a call says where {@link #refusal} is the only answer. */
  private static EtcdException refusedCall(Etcd client) {
    KvClient kv = client.kv().with(call -> call.timeout(BRIEF));
    long start = System.nanoTime();
    EtcdException refusal = catchThrowableOfType(EtcdException.class, () -> kv.put("a", "b"));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BRIEF.multipliedBy(3));
    return refusal;
  }

  @Test
  void everyMemberIsVerifiedUnderItsOwnNameAndTakesItsShare() {
    try (Etcd client = connect(cluster, trusting())) {
      awaitConnected(client, 3);

      Map<MemberId, Long> served = served(client);

      assertThat(served)
          .containsOnlyKeys(ids(cluster))
          .allSatisfy((member, calls) -> assertThat(calls).isBetween(90L, 110L));
    }
  }

  @Test
  void c33_c34_callsGoOnWithoutTheFirstEndpointOfTheList() {
    EtcdMember first = cluster.followers().get(0);
    List<EtcdMember> others = cluster.members().stream().filter(member -> member != first).toList();
    List<String> urls = new ArrayList<>(List.of(first.endpoint()));
    others.forEach(member -> urls.add(member.endpoint()));
    MemberId[] left = others.stream().map(TlsTest::id).toArray(MemberId[]::new);

    try (Etcd before = Etcd.builder().endpoints(urls).tls(trusting()).build()) {
      awaitConnected(before, 3);
      first.kill();
      KvClient kv = before.kv().with(call -> call.idempotent(true));
      for (int i = 0; i < CALLS; i++) {
        kv.put("a", Integer.toString(i));
        assertThat(kv.get("a").orElseThrow().value()).isEqualTo(Bytes.utf8(Integer.toString(i)));
      }
      assertThat(served(before)).containsOnlyKeys(left);

      try (Etcd after = Etcd.builder().endpoints(urls).tls(trusting()).build()) {
        after.kv().put("a", "after");
        assertThat(before.kv().get("a").orElseThrow().value()).isEqualTo(Bytes.utf8("after"));
        awaitConnected(after, 2);
        assertThat(served(after)).containsOnlyKeys(left);
      }

      first.restart();
      awaitConnected(before, 3);
      first.awaitReady();
      assertThat(served(before)).containsOnlyKeys(ids(cluster));
    } finally {
      if (!first.isRunning()) {
        first.restart();
      }
      cluster.awaitHealthy(PATIENCE);
    }
  }

  @Test
  void aMemberUnderAnotherNameIsNeverUsedAndNamedWithTheReason() {
    List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
    try (EtcdCluster wrong =
            backend
                .cluster()
                .members(3)
                .tls(certificates)
                .certificate(1, certificates.wrongName())
                .start();
        Etcd client =
            Etcd.builder()
                .endpoints(wrong.endpoints())
                .tls(trusting())
                .listener(events::add)
                .build()) {
      Endpoint endpoint = Endpoint.parse(wrong.member(1).endpoint());
      awaitConnected(client, 2);

      Map<MemberId, Long> served = served(client);

      assertThat(served).containsOnlyKeys(id(wrong.member(0)), id(wrong.member(2)));
      await()
          .atMost(PATIENCE)
          .until(() -> events.stream().anyMatch(Disconnected.class::isInstance));
      assertThat(events)
          .filteredOn(Disconnected.class::isInstance)
          .map(Disconnected.class::cast)
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.endpoint()).isEqualTo(endpoint);
                assertThat(event.failure().reason())
                    .isEqualTo("No subject alternative names matching IP address 127.0.0.2 found");
              });
      assertThat(events).doesNotContain(new ConnectionEvent.Connected(endpoint));
    }
  }

  @Test
  void oneNameMayBeFixedForAllMembers() {
    CertificateFiles shared = certificates.dns("etcd.test");
    try (EtcdCluster alike =
            backend
                .cluster()
                .members(3)
                .tls(certificates)
                .certificate(0, shared)
                .certificate(1, shared)
                .certificate(2, shared)
                .start();
        Etcd fixed =
            connect(alike, Tls.builder().trust(certificates.ca()).serverName("etcd.test").build());
        Etcd own = connect(alike, trusting())) {
      awaitConnected(fixed, 3);

      Map<MemberId, Long> served = served(fixed);
      EtcdException refusal = refusal(own);

      assertThat(served).containsOnlyKeys(ids(alike));
      assertThat(refusal)
          .hasMessageContaining("No subject alternative names matching IP address 127.0.0.1 found")
          .hasMessageContaining("No subject alternative names matching IP address 127.0.0.3 found");
    }
  }

  @Test
  void whoShowsNoCertificateIsRefusedWhereOneIsRequired() {
    CertificateFiles files = certificates.client();
    Tls known =
        Tls.builder().trust(certificates.ca()).identity(files.certificate(), files.key()).build();
    try (EtcdCluster strict = backend.cluster().tls(certificates).clientAuth().start();
        Etcd named = connect(strict, known);
        Etcd anonymous = connect(strict, trusting())) {
      named.kv().put("a", "named");

      EtcdException refusal = refusal(anonymous);
      EtcdException call = refusedCall(anonymous);

      assertThat(List.of(refusal, call))
          .allSatisfy(
              failure -> {
                assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
                assertThat(failure)
                    .hasMessageContaining(strict.endpoints().get(0))
                    .hasMessageMatching("(?s).*ALERT_(BAD_CERTIFICATE|CERTIFICATE_REQUIRED).*");
              });
      assertThat(named.kv().get("a").orElseThrow().value()).isEqualTo(Bytes.utf8("named"));
    }
  }

  private static Tls tls(Certificates ours, CertificateFiles identity) {
    return Tls.builder().trust(ours.ca()).identity(identity.certificate(), identity.key()).build();
  }

  /** What a member with a client CA makes of this identity. */
  private void assertRefused(CertificateFiles identity, String alerts, String hint) {
    try (EtcdCluster strict = backend.cluster().tls(certificates).clientAuth().start();
        Etcd client = connect(strict, tls(certificates, identity))) {
      EtcdException refusal = refusal(client);
      EtcdException call = refusedCall(client);

      assertThat(List.of(refusal, call))
          .allSatisfy(
              failure -> {
                assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
                assertThat(failure)
                    .hasMessageContaining(strict.endpoints().get(0))
                    .hasMessageMatching("(?s).*ALERT_(" + alerts + ").*");
                assertThat(failure.getMessage()).contains(hint);
              });
    }
  }

  @Test
  void c25_anExpiredClientCertificateIsRefusedAndSaid() {
    assertRefused(
        certificates.expiredClient(),
        "BAD_CERTIFICATE|CERTIFICATE_EXPIRED",
        "our certificate CN=expired was valid until 20");
  }

  @Test
  void c25_aClientCertificateThatIsNotYetValidIsRefusedAndSaid() {
    assertRefused(
        certificates.futureClient(),
        "BAD_CERTIFICATE|CERTIFICATE_EXPIRED",
        "our certificate CN=future is not valid before 20");
  }

  @Test
  void c25_aClientCertificateOfAForeignCaIsRefusedAndSaid() {
    try (Certificates others = Certificates.create()) {
      assertRefused(
          others.client("foreign"),
          "BAD_CERTIFICATE|UNKNOWN_CA|INTERNAL_ERROR",
          "our certificate CN=foreign was issued by CN=Test CA");
    }
  }

  @Test
  void c25_anExpiredCertificateOfAMemberIsRefusedAndSaid() {
    try (EtcdCluster expired =
            backend
                .cluster()
                .members(3)
                .tls(certificates)
                .certificate(1, certificates.expiredMember(1))
                .start();
        Etcd client =
            Etcd.builder().endpoints(expired.endpoints().get(1)).tls(trusting()).build()) {
      assertThat(List.of(refusal(client), refusedCall(client)))
          .allSatisfy(
              failure -> {
                assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
                assertThat(failure).hasMessageContaining(": NotAfter: ");
              });
    }
  }

  @Test
  void c26_httpsAloneDoesNotTrustAPrivateCaAndSaysSo() {
    try (Etcd client = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      assertThat(List.of(refusal(client), refusedCall(client)))
          .allSatisfy(
              failure -> {
                assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
                assertThat(failure)
                    .hasMessageContaining(
                        ": unable to find valid certification path to requested target");
              });
    }
  }

  @Test
  void clientsOfOneJvmShareNoCredentials() {
    try (Etcd trusting = connect(cluster, trusting());
        Etcd foreign = connect(cluster, Tls.builder().trust(certificates.foreignCa()).build());
        Etcd system = Etcd.builder().endpoints(cluster.endpoints()).build();
        Etcd again = connect(cluster, trusting())) {
      awaitConnected(trusting, 3);
      awaitConnected(again, 3);

      EtcdException refusal = refusal(foreign);
      EtcdException call = refusedCall(system);

      assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(List.of(refusal, call))
          .allSatisfy(
              failure ->
                  assertThat(failure)
                      .hasMessageContaining(
                          cluster.endpoints().get(2)
                              + ": unable to find valid certification path to requested target"));
      assertThat(served(trusting)).containsOnlyKeys(ids(cluster));
      assertThat(served(again)).containsOnlyKeys(ids(cluster));
    }
  }

  @Test
  void httpsAloneMeansTheTrustStoreOfTheJvm(@TempDir Path folder) throws Exception {
    Path store = folder.resolve("trust.p12");
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    try (InputStream ca = Files.newInputStream(certificates.ca())) {
      trust.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(ca));
    }
    try (OutputStream file = Files.newOutputStream(store)) {
      trust.store(file, "changeit".toCharArray());
    }

    QuickStartJvm.Ended ended =
        QuickStartJvm.run(
            List.of(
                "-Djavax.net.ssl.trustStore=" + store,
                "-Djavax.net.ssl.trustStorePassword=changeit"),
            cluster.endpoints());

    assertThat(ended.output()).contains("shipped: true");
    assertThat(ended.code()).isZero();
  }

  @Test
  void speakingInTheClearToAMemberWithTlsIsSaid() {
    String url = cluster.endpoints().get(0).replace("https:", "http:");
    try (Etcd client = Etcd.builder().endpoints(url).build()) {
      EtcdException refusal = refusedCall(client);

      assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(refusal.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
      assertThat(refusal)
          .hasMessageStartingWith("put: no endpoint could be reached within PT1S: " + url + ": ")
          .hasMessageContaining("(it may expect https)");
    }
  }

  @Test
  void speakingTlsToAMemberInTheClearIsSaid() {
    try (EtcdCluster clear = backend.cluster().start()) {
      String url = clear.endpoints().get(0).replace("http:", "https:");
      try (Etcd client = Etcd.builder().endpoints(url).tls(trusting()).build()) {
        EtcdException refusal = refusedCall(client);

        assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refusal.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
        assertThat(refusal)
            .hasMessageStartingWith("put: no endpoint could be reached within PT1S: " + url + ": ")
            .hasMessageContaining("(it may expect http)");
      }
    }
  }
}
