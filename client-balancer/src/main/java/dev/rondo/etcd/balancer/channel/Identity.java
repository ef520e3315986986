package dev.rondo.etcd.balancer.channel;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
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

  /** Says nothing of the key. */
  @Override
  public String toString() {
    return "Identity[" + certificate().getSubjectX500Principal() + "]";
  }
}
