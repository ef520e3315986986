package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of one connection, shared by all its endpoints; each is verified under its own
 * name.
 */
public final class CredentialBundle {
  private final ChannelCredentials credentials;
  private final @Nullable String fixedName;

  private CredentialBundle(ChannelCredentials credentials, @Nullable String fixedName) {
    this.credentials = credentials;
    this.fixedName = fixedName;
  }

  /** No encryption, and no identity. */
  public static CredentialBundle inTheClear() {
    return new CredentialBundle(InsecureChannelCredentials.create(), null);
  }

  /**
   * TLS.
   *
   * @param trusted who may have signed the servers' certificates; empty for the JDK's own trust
   *     store
   * @param identity our key, under an empty password, or null
   * @param fixedName the one name that all servers are verified under, or null for each its own
   */
  public static CredentialBundle tls(
      List<X509Certificate> trusted, @Nullable KeyStore identity, @Nullable String fixedName) {
    TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
    try {
      if (!trusted.isEmpty()) {
        tls.trustManager(trustManagers(trusted));
      }
      if (identity != null) {
        tls.keyManager(keyManagers(identity));
      }
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("the tls settings cannot be used: " + e.getMessage(), e);
    }
    return new CredentialBundle(tls.build(), fixedName);
  }

  private static TrustManager[] trustManagers(List<X509Certificate> trusted)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < trusted.size(); i++) {
      store.setCertificateEntry("trusted-" + i, trusted.get(i));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyManager[] keyManagers(KeyStore identity) throws GeneralSecurityException {
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(identity, new char[0]);
    return factory.getKeyManagers();
  }

  ChannelCredentials credentials() {
    return credentials;
  }

  /** What {@code endpoint} is called in requests, and verified as in the handshake. */
  String authority(Endpoint endpoint) {
    if (fixedName == null) {
      return endpoint.authority();
    }
    String name = fixedName.contains(":") ? "[" + fixedName + "]" : fixedName;
    return endpoint.scheme().isSocketFile() ? name : name + ":" + endpoint.port();
  }
}
