package dev.rondo.etcd.balancer.channel;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * Who we are to servers.
 *
 * @param key our private key
 * @param chain our certificate first, and those that signed it after
 */
public record Identity(PrivateKey key, List<X509Certificate> chain) {
  public Identity {
    chain = List.copyOf(chain);
  }

  /** Our own certificate. */
  public X509Certificate certificate() {
    return chain.get(0);
  }

  /** Says in words whose the certificate is, and what may be wrong with it at this moment. */
  String standing(Instant now) {
    X509Certificate ours = certificate();
    String who = "our certificate " + ours.getSubjectX500Principal();
    Instant from = ours.getNotBefore().toInstant();
    Instant until = ours.getNotAfter().toInstant();
    if (now.isAfter(until)) {
      return who + " was valid until " + until;
    }
    if (now.isBefore(from)) {
      return who + " is not valid before " + from;
    }
    return who + " was issued by " + ours.getIssuerX500Principal();
  }

  /** Says nothing of the key. */
  @Override
  public String toString() {
    return "Identity[" + certificate().getSubjectX500Principal() + "]";
  }
}
