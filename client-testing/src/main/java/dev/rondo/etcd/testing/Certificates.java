package dev.rondo.etcd.testing;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A certificate authority and what it signs, in a temporary folder that {@link #close} deletes.
 *
 * <p>Every member has a certificate of its own that names this member only, so a client that
 * verifies one endpoint under the name of another fails. Certificates are made when first asked
 * for; safe for use by many threads.
 */
public final class Certificates implements AutoCloseable {
  private final TemporaryFolder folder = TemporaryFolder.create("certificates");
  private final X509Bundle authority = authority("Test CA");
  private final Path ca = write("ca.pem", authority.getCertificatePEM());
  private final boolean dnsNames;
  private final Map<String, CertificateFiles> made = new HashMap<>(); // guarded by this

  private Certificates(boolean dnsNames) {
    this.dnsNames = dnsNames;
  }

  /**
   * Makes a CA whose member certificates name one IP address each: member 0 is 127.0.0.1, member 1
   * is 127.0.0.2.
   */
  public static Certificates create() {
    return new Certificates(false);
  }

  /**
   * Makes a CA whose member certificates name one DNS name each and no address: member 0 is {@code
   * m0.etcd.test}.
   *
   * <p>These names resolve nowhere, and Java does not resolve names under {@code localhost} by
   * itself either: a client reaches such a member by address and with a fixed server name. A name
   * that does resolve is {@code localhost}; get its certificate from {@link #dns}.
   */
  public static Certificates withDnsNames() {
    return new Certificates(true);
  }

  /** Returns the certificate of the CA. */
  public Path ca() {
    return ca;
  }

  /**
   * Returns the certificate of one member, good as the server's and as a client's, as etcd uses it
   * both ways.
   */
  public CertificateFiles member(int index) {
    return dnsNames ? dns(memberName(index)) : ip(memberAddress(index));
  }

  /** Returns the DNS name of a member of a CA made by {@link #withDnsNames}. */
  public static String memberName(int index) {
    return "m" + index + ".etcd.test";
  }

  /** Returns the loopback address that a member of a cluster with TLS listens on. */
  static String memberAddress(int index) {
    return "127.0.0." + (index + 1);
  }

  /** Returns a certificate for one DNS name. */
  public CertificateFiles dns(String name) {
    return files("dns-" + name, builder -> builder.subject("CN=" + name).addSanDnsName(name));
  }

  /** Returns a certificate for one IP address. */
  public CertificateFiles ip(String address) {
    return files(
        "ip-" + address, builder -> builder.subject("CN=" + address).addSanIpAddress(address));
  }

  /** Returns a server certificate that no address or name of this machine matches. */
  public CertificateFiles wrongName() {
    return dns("elsewhere.etcd.test");
  }

  /** Returns a client certificate with the common name {@code client}. */
  public CertificateFiles client() {
    return client("client");
  }

  /**
   * Returns a client certificate; etcd takes the common name for the user's when it checks who may
   * do what.
   */
  public CertificateFiles client(String commonName) {
    return files(
        "client-" + commonName,
        builder ->
            builder.subject("CN=" + commonName).addSanUriName(URI.create("urn:" + commonName)));
  }

  /** Returns a client certificate that was valid until yesterday. */
  public CertificateFiles expiredClient() {
    return expired("client-expired", UnaryOperator.identity());
  }

  /** Returns a client certificate that is valid from tomorrow on. */
  public CertificateFiles futureClient() {
    return files(
        "client-future",
        builder -> builder.subject("CN=future").notBefore(daysFromNow(1)).notAfter(daysFromNow(9)));
  }

  /** Returns the certificate of a member that was valid until yesterday. */
  public CertificateFiles expiredMember(int index) {
    String address = memberAddress(index);
    return expired("expired-" + address, builder -> builder.addSanIpAddress(address));
  }

  private CertificateFiles expired(String name, UnaryOperator<CertificateBuilder> subject) {
    return files(
        name,
        builder ->
            subject
                .apply(builder.subject("CN=expired"))
                .notBefore(daysFromNow(-9))
                .notAfter(daysFromNow(-1)));
  }

  private static Instant daysFromNow(int days) {
    return Instant.now().plus(Duration.ofDays(days));
  }

  /** Returns the certificate of a CA that signed none of the others. */
  public synchronized Path foreignCa() {
    var path = folder.path().resolve("foreign-ca.pem");
    return Files.exists(path)
        ? path
        : write("foreign-ca.pem", authority("Foreign CA").getCertificatePEM());
  }

  private synchronized CertificateFiles files(
      String name, UnaryOperator<CertificateBuilder> subject) {
    return made.computeIfAbsent(
        name,
        absent -> {
          var builder =
              new CertificateBuilder()
                  .ecp256()
                  .addExtendedKeyUsageServerAuth()
                  .addExtendedKeyUsageClientAuth();
          var bundle = sign(subject.apply(builder));
          return new CertificateFiles(
              write(name + ".pem", bundle.getCertificatePEM()),
              write(name + ".key", bundle.getPrivateKeyPEM()));
        });
  }

  private X509Bundle sign(CertificateBuilder builder) {
    try {
      return builder.buildIssuedBy(authority);
    } catch (Exception e) { // as declared
      throw new IllegalStateException("cannot make a certificate", e);
    }
  }

  private static X509Bundle authority(String name) {
    try {
      return new CertificateBuilder()
          .ecp256()
          .subject("CN=" + name)
          .setIsCertificateAuthority(true)
          .buildSelfSigned();
    } catch (Exception e) { // as declared
      throw new IllegalStateException("cannot make a CA", e);
    }
  }

  private Path write(String name, String pem) {
    try {
      return Files.writeString(folder.path().resolve(name), pem);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + name, e);
    }
  }

  @Override
  public void close() {
    folder.close();
  }
}
