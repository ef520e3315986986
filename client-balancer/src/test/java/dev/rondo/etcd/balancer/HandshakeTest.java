package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.testing.CertificateFiles;
import dev.rondo.etcd.testing.Certificates;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What handshakes agree on, with a context of the JDK's and with ours. */
@Timeout(60)
class HandshakeTest {
  private static final Duration BRIEF = Duration.ofSeconds(1);
  private static final Certificates CERTIFICATES = Certificates.create();
  private static final CertificateFiles OWN = CERTIFICATES.ip("127.0.0.1");

  @AfterAll
  static void deleteCertificates() {
    CERTIFICATES.close();
  }

  private static Connection connect(ScriptedServer server, Tls tls) {
    return Connection.builder()
        .endpoints(server.endpoint())
        .calls(call -> call.timeout(BRIEF))
        .tls(tls)
        .build();
  }

  private static RangeResponse get(Connection connection) {
    return Blocking.await(
        Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), answer -> answer));
  }

  private static ScriptedServer answering(ScriptedServer server) {
    server.on(
        KVGrpc.getRangeMethod(), (request, call) -> call.reply(RangeResponse.getDefaultInstance()));
    return server;
  }

  private static X509Certificate certificate(Path file) throws Exception {
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  /** Trusts the CA, and shows a client certificate. */
  private static SSLContext context(String protocol) throws Exception {
    CertificateFiles client = CERTIFICATES.client();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("ca", certificate(CERTIFICATES.ca()));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    store.setKeyEntry(
        "client",
        Tls.builder().identity(client.certificate(), client.key()).build().identity().value().key(),
        new char[0],
        new X509Certificate[] {certificate(client.certificate())});
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance(protocol);
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static void assertRefused(Connection connection, String reason) {
    EtcdException ready =
        catchThrowableOfType(EtcdException.class, () -> connection.awaitReady(BRIEF));
    EtcdException call = catchThrowableOfType(EtcdException.class, () -> get(connection));

    assertThat(List.of(ready, call))
        .allSatisfy(
            refusal -> {
              assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
              assertThat(refusal)
                  .hasMessageContaining("https://127.0.0.1:")
                  .hasMessageContaining(reason);
            });
  }

  @Test
  void aContextOfTheJdkBringsItsTrustAndIdentity() throws Exception {
    try (ScriptedServer server =
            answering(ScriptedServer.builder().tls(OWN).clientAuth(CERTIFICATES.ca()).start());
        Connection connection = connect(server, Tls.builder().sslContext(context("TLS")).build())) {
      assertThat(get(connection)).isNotNull();

      assertThat(server.calls().get(0).clientCertificate())
          .get()
          .extracting(shown -> shown.getSubjectX500Principal().getName())
          .isEqualTo("CN=client");
    }
  }

  @Test
  void aWrongNameIsRefusedWithAContextOfTheJdkToo() throws Exception {
    try (ScriptedServer wrong =
            answering(ScriptedServer.builder().tls(CERTIFICATES.wrongName()).start());
        Connection connection = connect(wrong, Tls.builder().sslContext(context("TLS")).build());
        Connection fixed =
            connect(
                wrong,
                Tls.builder()
                    .sslContext(context("TLS"))
                    .serverName("elsewhere.etcd.test")
                    .build())) {
      assertRefused(connection, "No subject alternative names matching IP address 127.0.0.1 found");
      assertThat(wrong.calls()).isEmpty();
      assertThat(get(fixed)).isNotNull();
    }
  }

  @Test
  void eachEndpointIsVerifiedUnderItsOwnNameWithAContextOfTheJdkToo() throws Exception {
    try (ScriptedServer first = answering(ScriptedServer.builder().tls(OWN).start());
        ScriptedServer second =
            answering(
                ScriptedServer.builder()
                    .host("127.0.0.2")
                    .tls(CERTIFICATES.ip("127.0.0.2"))
                    .start());
        ScriptedServer wrong =
            answering(ScriptedServer.builder().host("127.0.0.3").tls(OWN).start());
        Connection connection =
            Connection.builder()
                .endpoints(first.endpoint(), second.endpoint(), wrong.endpoint())
                .tls(Tls.builder().sslContext(context("TLS")).build())
                .build()) {
      await().until(() -> ConnectionTest.connected(connection) == 2);

      for (int i = 0; i < 20; i++) {
        get(connection);
      }

      assertThat(first.calls()).isNotEmpty();
      assertThat(second.calls()).isNotEmpty();
      assertThat(wrong.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void c36_aVersionThatBothSpeakIsTaken(String version) throws Exception {
    try (ScriptedServer server =
            answering(ScriptedServer.builder().tls(OWN).protocols(version).start());
        Connection ours = connect(server, Tls.builder().trust(CERTIFICATES.ca()).build());
        Connection own = connect(server, Tls.builder().sslContext(context(version)).build())) {
      assertThat(get(ours)).isNotNull();
      assertThat(get(own)).isNotNull();
    }
  }

  @Test
  void c36_noVersionInCommonIsSaid() throws Exception {
    try (ScriptedServer server =
            answering(ScriptedServer.builder().tls(OWN).protocols("TLSv1.3").start());
        Connection connection =
            connect(server, Tls.builder().sslContext(context("TLSv1.2")).build())) {
      assertRefused(connection, "protocol_version");
    }
  }

  @Test
  void c36_noCipherSuiteInCommonIsSaid() throws Exception {
    String cbc = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"; // HTTP/2 forbids it, so gRPC offers it not
    try (ScriptedServer server =
            answering(
                ScriptedServer.builder().tls(OWN).protocols("TLSv1.2").cipherSuites(cbc).start());
        Connection connection = connect(server, Tls.builder().trust(CERTIFICATES.ca()).build())) {
      // etcd says it with an alert; this server just hangs up
      assertRefused(connection, "Connection closed while performing TLS negotiation");
    }
  }

  @Test
  void c36_aCipherSuiteInCommonIsTaken() throws Exception {
    try (ScriptedServer server =
            answering(
                ScriptedServer.builder()
                    .tls(OWN)
                    .protocols("TLSv1.2")
                    .cipherSuites("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")
                    .start());
        Connection ours = connect(server, Tls.builder().trust(CERTIFICATES.ca()).build());
        Connection own = connect(server, Tls.builder().sslContext(context("TLS")).build())) {
      assertThat(get(ours)).isNotNull();
      assertThat(get(own)).isNotNull();
    }
  }
}
