package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.balancer.Tls;
import dev.rondo.etcd.testing.CertificateFiles;
import dev.rondo.etcd.testing.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad credentials are refused when they are given, with the name of the file. */
class TlsSettingsTest {
  private static final Certificates CERTIFICATES = Certificates.create();

  private final CertificateFiles client = CERTIFICATES.client();
  @TempDir private Path folder;

  @AfterAll
  static void deleteCertificates() {
    CERTIFICATES.close();
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("file.pem"), content);
  }

  @Test
  void aFileMustBeThere() {
    Path missing = folder.resolve("missing.pem");

    assertThatThrownBy(() -> Tls.builder().trust(missing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(missing + " cannot be read: NoSuchFileException");
    assertThatThrownBy(() -> Tls.builder().identity(client.certificate(), missing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(missing + " cannot be read: NoSuchFileException");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no PEM at all",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
      })
  void trustMustHoldACertificate(String content) throws IOException {
    Path file = file(content);

    assertThatThrownBy(() -> Tls.builder().trust(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + " must hold certificates in PEM form, but ");
  }

  @Test
  void aDamagedCertificateIsRefused() throws IOException {
    Path file = file("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

    assertThatThrownBy(() -> Tls.builder().trust(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + " must hold certificates in PEM form, but is damaged");
  }

  @Test
  void aKeyMustBelongToItsCertificate() {
    Path other = CERTIFICATES.client("other").key();

    assertThatThrownBy(() -> Tls.builder().identity(client.certificate(), other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the key in "
                + other
                + " does not belong to the certificate in "
                + client.certificate());
  }

  @Test
  void aKeyIsNoCertificateAndNoCertificateIsAKey() {
    assertThatThrownBy(() -> Tls.builder().identity(client.key(), client.key()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(client.key() + " must hold certificates in PEM form, but ");
    assertThatThrownBy(() -> Tls.builder().identity(client.certificate(), client.certificate()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(client.certificate() + " must hold a private key in PEM form, but has none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY"})
  void aDamagedKeyOfTheOlderFormsIsRefusedWithoutShowingIt(String form) throws IOException {
    Path key = file("-----BEGIN " + form + "-----\nc2VjcmV0\n-----END " + form + "-----\n");

    assertThatThrownBy(() -> Tls.builder().identity(client.certificate(), key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(key + " must hold a key of the certificate's kind (EC), but does not")
        .hasNoCause();
  }

  @Test
  void aDamagedKeyIsRefusedWithoutShowingIt() throws IOException {
    Path key = file("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");

    assertThatThrownBy(() -> Tls.builder().identity(client.certificate(), key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(key + " must hold a key of the certificate's kind (EC), but does not")
        .hasNoCause();
  }

  @Test
  void aServerNameIsNotBlank() {
    assertThatThrownBy(() -> Tls.builder().serverName(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("serverName must be a host name or an IP address, was blank");
  }

  @Test
  void endpointsInTheClearTakeNoCredentials() {
    Tls tls = Tls.builder().trust(CERTIFICATES.ca()).build();

    assertThatThrownBy(() -> Etcd.builder().endpoints("http://127.0.0.1:2379").tls(tls).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "tls settings need endpoints with https or unixs, was given http://127.0.0.1:2379");
  }

  @Test
  void theSettingsAreToldWithoutWhatIsInThem() {
    Tls tls =
        Tls.builder()
            .trust(CERTIFICATES.ca())
            .identity(client.certificate(), client.key())
            .serverName("etcd.test")
            .build();

    assertThat(tls).hasToString("Tls[trust=1 certificates, identity=true, serverName=etcd.test]");
  }

  @Test
  void aContextOfTheJdkExcludesTrustAndIdentityBesideIt() throws Exception {
    SSLContext context = SSLContext.getDefault();

    assertThatThrownBy(() -> Tls.builder().sslContext(context).trust(CERTIFICATES.ca()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "sslContext has trust and identity of its own, so neither must be given beside it");
    assertThatThrownBy(
            () ->
                Tls.builder()
                    .identity(client.certificate(), client.key())
                    .sslContext(context)
                    .build())
        .isInstanceOf(IllegalStateException.class);
    assertThat(Tls.builder().sslContext(context).build())
        .hasToString("Tls[sslContext, serverName=null]");
  }
}
