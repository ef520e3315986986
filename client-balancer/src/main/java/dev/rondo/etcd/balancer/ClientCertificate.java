package dev.rondo.etcd.balancer;

import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * Which certificate a connection shows to servers.
 *
 * @param subject whose it is, as in {@code CN=orders}
 * @param notAfter until when it is valid
 */
public record ClientCertificate(String subject, Instant notAfter) {
  static ClientCertificate of(X509Certificate certificate) {
    return new ClientCertificate(
        certificate.getSubjectX500Principal().getName(), certificate.getNotAfter().toInstant());
  }
}
