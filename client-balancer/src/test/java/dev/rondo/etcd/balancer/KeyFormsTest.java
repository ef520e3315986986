package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.testing.CertificateFiles;
import dev.rondo.etcd.testing.Certificates;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and certificates in the forms that openssl and the JDK write. */
@Timeout(60)
class KeyFormsTest {
  private static final Certificates CERTIFICATES = Certificates.create();
  private static final char[] PASSWORD = OpenSsl.PASSWORD.toCharArray();

  @TempDir private Path folder;
  private OpenSsl openSsl;

  @BeforeEach
  void prepare() {
    openSsl = new OpenSsl(folder);
  }

  @AfterAll
  static void deleteCertificates() {
    CERTIFICATES.close();
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Path encrypted(Path key, String... how) {
    String[] command = new String[how.length + 6];
    System.arraycopy(
        new String[] {"pkcs8", "-topk8", "-in", key.toString(), "-passout"}, 0, command, 0, 5);
    command[5] = "pass:" + OpenSsl.PASSWORD;
    System.arraycopy(how, 0, command, 6, how.length);
    return openSsl.file("encrypted.key", command);
  }

  /** A server that knows this certificate alone takes who shows it. */
  private static void assertAccepted(Tls.Builder identity, Path certificate) {
    CertificateFiles own = CERTIFICATES.ip("127.0.0.1");
    try (ScriptedServer server = ScriptedServer.builder().tls(own).clientAuth(certificate).start();
        Connection connection =
            Connection.builder()
                .endpoints(server.endpoint())
                .tls(identity.trust(CERTIFICATES.ca()).build())
                .build()) {
      server.on(
          KVGrpc.getRangeMethod(),
          (request, call) -> call.reply(RangeResponse.getDefaultInstance()));

      Blocking.await(
          Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), answer -> answer));

      assertThat(server.calls(KVGrpc.getRangeMethod()).get(0).clientCertificate())
          .get()
          .extracting(shown -> shown.getSubjectX500Principal().getName())
          .isEqualTo("CN=forms");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prime256v1", "secp384r1"})
  void anEcKeyAloneIsTakenWithItsParametersBefore(String curve) throws IOException {
    Path key = openSsl.ecKey(curve);

    assertThat(key).content().contains("BEGIN EC PARAMETERS").contains("BEGIN EC PRIVATE KEY");
    assertAccepted(Tls.builder().identity(openSsl.certificate(key), key), openSsl.certificate(key));
  }

  @Test
  void anEcKeyIsTakenThoughItsCurveIsNoneThatServersTakeByDefault() {
    Path key = openSsl.ecKey("secp521r1");

    Tls tls = Tls.builder().identity(openSsl.certificate(key), key).build();

    assertThat(tls.identity().value().key().getAlgorithm()).isEqualTo("EC");
  }

  @Test
  void anEcKeyWithoutItsPublicPartIsTaken() {
    Path key = openSsl.ecKey("prime256v1");
    Path certificate = openSsl.certificate(key);
    Path bare =
        openSsl.file(
            "bare.key", "ec", "-in", key.toString(), "-no_public", "-param_enc", "named_curve");

    assertAccepted(Tls.builder().identity(certificate, bare), certificate);
  }

  @ParameterizedTest
  @ValueSource(ints = {2048, 4096})
  void anRsaKeyAloneIsTaken(int bits) {
    Path key = openSsl.rsaKey(bits);
    Path certificate = openSsl.certificate(key);

    assertThat(key).content().startsWith("-----BEGIN RSA PRIVATE KEY-----");
    assertAccepted(Tls.builder().identity(certificate, key), certificate);
  }

  @ParameterizedTest
  @CsvSource({
    "-v2,aes-256-cbc,-v2prf,hmacWithSHA256",
    "-v2,aes-128-cbc,-v2prf,hmacWithSHA1",
    "-v2,aes-256-cbc,-v2prf,hmacWithSHA512",
    "-v1,PBE-SHA1-3DES,-iter,10000"
  })
  void anEncryptedKeyIsOpenedWithItsPassword(String a, String b, String c, String d) {
    Path plain = openSsl.rsaKey(2048);
    Path certificate = openSsl.certificate(plain);
    Path key = encrypted(plain, a, b, c, d);

    assertThat(key).content().startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
    assertAccepted(Tls.builder().identity(certificate, key, PASSWORD), certificate);
  }

  @Test
  void aWrongPasswordIsSaidAndNotShown() {
    Path plain = openSsl.ecKey("prime256v1");
    Path certificate = openSsl.certificate(plain);
    Path key = encrypted(plain);

    for (int i = 0; i < 300; i++) { // one in 256 wrong passwords leaves padding that looks right
      char[] wrong = ("wrong " + i).toCharArray();
      assertThatThrownBy(() -> Tls.builder().identity(certificate, key, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the key in " + key + " cannot be opened with the password that was given")
          .hasNoCause();
    }
  }

  @Test
  void anEncryptedKeyNeedsAPasswordInAscii() {
    Path plain = openSsl.ecKey("prime256v1");
    Path certificate = openSsl.certificate(plain);
    Path key = encrypted(plain);

    assertThatThrownBy(() -> Tls.builder().identity(certificate, key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(key + " holds an encrypted key, which needs a password, but none was given");
    assertThatThrownBy(() -> Tls.builder().identity(certificate, key, "\u00e4".toCharArray()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the password of " + key + " must be printable ASCII, but is not");
  }

  @Test
  void aKeyThatIsNotEncryptedNeedsNoPassword() {
    Path key = openSsl.ecKey("prime256v1");
    Path certificate = openSsl.certificate(key);

    assertAccepted(Tls.builder().identity(certificate, key, PASSWORD), certificate);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-scrypt", "-v2 des3"})
  void anEncryptionThatTheJdkLacksIsRefusedWithTheWayToConvertIt(String how) {
    Path plain = openSsl.ecKey("prime256v1");
    Path certificate = openSsl.certificate(plain);
    Path key = encrypted(plain, how.split(" "));

    assertThatThrownBy(() -> Tls.builder().identity(certificate, key, PASSWORD))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            key
                + " must hold a key that is encrypted in a way the JDK knows, such as PBES2 with"
                + " AES, but does not (openssl pkcs8 -topk8 -v2 aes-256-cbc converts it)");
  }

  @Test
  void theOldEncryptionOfOpensslIsRefusedWithTheWayToConvertIt() {
    Path plain = openSsl.rsaKey(2048);
    Path certificate = openSsl.certificate(plain);
    Path key =
        openSsl.file(
            "old.key",
            "rsa",
            "-in",
            plain.toString(),
            "-traditional",
            "-aes128",
            "-passout",
            "pass:" + OpenSsl.PASSWORD);

    assertThat(key).content().contains("Proc-Type: 4,ENCRYPTED");
    assertThatThrownBy(() -> Tls.builder().identity(certificate, key, PASSWORD))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(key + " must hold a key in PKCS#8 form if it is encrypted")
        .hasMessageContaining("openssl pkcs8 -topk8 -v2 aes-256-cbc converts it");
  }

  @Test
  void oneFileMayHoldEverythingWithTextBetweenAndTheLineEndsOfWindows() throws IOException {
    Path key = openSsl.ecKey("prime256v1");
    Path certificate = openSsl.certificate(key);
    Path all =
        file(
            "all.pem",
            ("Bag Attributes\n    friendlyName: us\n\n"
                    + Files.readString(key)
                    + "subject=CN = us\n\n"
                    + Files.readString(certificate)
                    + "# the CA\n"
                    + Files.readString(CERTIFICATES.ca()))
                .replace("\n", "\r\n"));

    assertAccepted(Tls.builder().identity(all, all), certificate);
    assertThat(Tls.builder().identity(all, all).build().identity().value().chain()).hasSize(1);
    assertThat(Tls.builder().trust(all).build()).asString().contains("trust=2 certificates");
  }

  @Test
  void aChainIsBroughtIntoItsOrderAndOthersAreLeftOut() throws Exception {
    X509Bundle root = authority("root").buildSelfSigned();
    X509Bundle between = authority("between").buildIssuedBy(root);
    X509Bundle own = new CertificateBuilder().ecp256().subject("CN=own").buildIssuedBy(between);
    Path chain =
        file(
            "chain.pem",
            own.getCertificatePEM()
                + Files.readString(CERTIFICATES.ca())
                + root.getCertificatePEM()
                + between.getCertificatePEM());

    Tls tls = Tls.builder().identity(chain, file("own.key", own.getPrivateKeyPEM())).build();

    assertThat(tls.identity().value().chain())
        .containsExactly(own.getCertificate(), between.getCertificate(), root.getCertificate());
  }

  private static CertificateBuilder authority(String name) {
    return new CertificateBuilder().ecp256().subject("CN=" + name).setIsCertificateAuthority(true);
  }

  @Test
  void aFileThatIsCutOffIsRefusedThoughWhatStandsBeforeIsWhole() throws IOException {
    String one = Files.readString(CERTIFICATES.ca());
    Path cut = file("cut.pem", one + one.substring(0, one.length() / 2));

    assertThatThrownBy(() -> Tls.builder().trust(cut))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(cut + " must hold whole PEM blocks, but one has no end (BEGIN CERTIFICATE)");
  }

  @Test
  void aKeyOfAnotherKindOrOnAnotherCurveDoesNotBelong() {
    Path key = openSsl.ecKey("prime256v1");
    Path certificate = openSsl.certificate(key);
    Path rsa = openSsl.rsaKey(2048);
    Path otherCurve = openSsl.ecKey("secp384r1");

    assertThatThrownBy(() -> Tls.builder().identity(certificate, rsa))
        .hasMessage(rsa + " must hold a key of the certificate's kind (EC), but does not");
    assertThatThrownBy(() -> Tls.builder().identity(openSsl.certificate(rsa), key))
        .hasMessage(key + " must hold a key of the certificate's kind (RSA), but does not");
    assertThatThrownBy(() -> Tls.builder().identity(certificate, otherCurve))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the key in " + otherCurve + " does not belong to the certificate in " + certificate);
  }

  @Test
  void aKeyInAFormThatNobodyKnowsIsNamed() throws IOException {
    Path certificate = openSsl.certificate(openSsl.ecKey("prime256v1"));
    Path key =
        file("dsa.key", "-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----");

    assertThatThrownBy(() -> Tls.builder().identity(certificate, key))
        .hasMessage(
            key
                + " must hold a key as PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY or ENCRYPTED"
                + " PRIVATE KEY, but has BEGIN DSA PRIVATE KEY (openssl pkcs8 -topk8 may convert"
                + " it)");
  }

  @Test
  void aPkcs12FileOfOpensslIsAnIdentity() {
    Path key = openSsl.rsaKey(2048);
    Path certificate = openSsl.certificate(key);
    Path store = store(key, certificate);

    assertAccepted(Tls.builder().keyStore(store, PASSWORD), certificate);
  }

  private Path store(Path key, Path certificate) {
    return openSsl.file(
        "identity.p12",
        "pkcs12",
        "-export",
        "-inkey",
        key.toString(),
        "-in",
        certificate.toString(),
        "-passout",
        "pass:" + OpenSsl.PASSWORD);
  }

  @Test
  void aPkcs12FileOfTheJdkIsTrusted() throws Exception {
    Path store = folder.resolve("trust.p12");
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    try (InputStream ca = Files.newInputStream(CERTIFICATES.ca())) {
      X509Certificate certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(ca);
      trust.setCertificateEntry("ca", certificate);
    }
    try (OutputStream out = Files.newOutputStream(store)) {
      trust.store(out, PASSWORD);
    }

    try (ScriptedServer server =
            ScriptedServer.builder().tls(CERTIFICATES.ip("127.0.0.1")).start();
        Connection connection =
            Connection.builder()
                .endpoints(server.endpoint())
                .tls(Tls.builder().trustStore(store, PASSWORD).build())
                .build()) {
      connection.awaitReady(Duration.ofSeconds(10));
    }
    assertThatThrownBy(() -> Tls.builder().keyStore(store, PASSWORD))
        .hasMessage(store + " must hold one private key, but has 0");
  }

  @Test
  void whatIsWrongWithAPkcs12FileIsSaid() throws IOException {
    Path key = openSsl.ecKey("prime256v1");
    Path certificate = openSsl.certificate(key);
    Path store = store(key, certificate);
    char[] wrong = "wrong".toCharArray();

    assertThatThrownBy(() -> Tls.builder().keyStore(store, wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(store + " cannot be opened with the password that was given")
        .hasNoCause();
    assertThatThrownBy(() -> Tls.builder().trustStore(store, wrong))
        .hasMessage(store + " cannot be opened with the password that was given");
    assertThatThrownBy(() -> Tls.builder().trustStore(store, PASSWORD))
        .hasMessage(
            store
                + " must hold certificates that are marked as trusted, but has none (keytool"
                + " -importcert marks them)");
    assertThatThrownBy(() -> Tls.builder().keyStore(certificate, PASSWORD))
        .hasMessage(certificate + " must be a PKCS#12 file, but is none or is damaged");
    byte[] half = Files.readAllBytes(store);
    Path cut = Files.write(folder.resolve("cut.p12"), Arrays.copyOf(half, half.length / 2));
    assertThatThrownBy(() -> Tls.builder().keyStore(cut, PASSWORD))
        .hasMessage(cut + " must be a PKCS#12 file, but is none or is damaged");
  }
}
