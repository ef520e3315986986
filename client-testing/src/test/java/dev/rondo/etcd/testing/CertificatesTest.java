package dev.rondo.etcd.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SignatureException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificatesTest {
  @Test
  void namesOneAddressInTheCertificateOfEachMember() throws Exception {
    try (var certificates = Certificates.create()) {
      for (int i = 0; i < 3; i++) {
        var member = read(certificates.member(i).certificate());
        assertThat(names(member)).containsExactly("127.0.0." + (i + 1));
        member.verify(read(certificates.ca()).getPublicKey());
      }
    }
  }

  @Test
  void namesOneDnsNameInTheCertificateOfEachMember() throws Exception {
    try (var certificates = Certificates.withDnsNames()) {
      assertThat(names(read(certificates.member(1).certificate()))).containsExactly("m1.etcd.test");
      assertThat(names(read(certificates.dns("localhost").certificate())))
          .containsExactly("localhost");
    }
  }

  @Test
  void signsNothingWithTheForeignCa() throws Exception {
    try (var certificates = Certificates.create()) {
      var foreigner = read(certificates.foreignCa()).getPublicKey();

      var client = read(certificates.client("root").certificate());

      assertThat(client.getSubjectX500Principal().getName()).isEqualTo("CN=root");
      assertThatThrownBy(() -> client.verify(foreigner)).isInstanceOf(SignatureException.class);
    }
  }

  @Test
  void writesKeysAsPkcs8AndDeletesThem() throws IOException {
    var certificates = Certificates.create();
    var key = certificates.wrongName().key();
    assertThat(Files.readString(key)).startsWith("-----BEGIN PRIVATE KEY-----");

    certificates.close();
    certificates.close();

    assertThat(key.getParent()).doesNotExist();
  }

  private static X509Certificate read(Path pem) throws IOException, GeneralSecurityException {
    try (var stream = Files.newInputStream(pem)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(stream);
    }
  }

  private static List<String> names(X509Certificate certificate) throws GeneralSecurityException {
    return certificate.getSubjectAlternativeNames().stream()
        .map(name -> (String) name.get(1))
        .toList();
  }
}
