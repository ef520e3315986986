package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettySslContextChannelCredentials;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of one connection, shared by all its endpoints; each is verified under its own
 * name. They may be renewed while the connection lives. Safe for use by many threads.
 */
public final class CredentialBundle {
  private static final ApplicationProtocolConfig HTTP_2 =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2);

  /** In the words of BoringSSL and of the JDK; the last is what Netty's servers say. */
  private static final Pattern COMPLAINT =
      Pattern.compile("alert.*(certificate|unknown_ca|internal_error)", Pattern.CASE_INSENSITIVE);

  private final ChannelCredentials credentials;
  private final @Nullable RenewableSslContext renewable; // null if there is nothing to renew
  private final @Nullable String fixedName;
  private volatile @Nullable Identity identity;

  private CredentialBundle(
      ChannelCredentials credentials,
      @Nullable RenewableSslContext renewable,
      @Nullable String fixedName) {
    this.credentials = credentials;
    this.renewable = renewable;
    this.fixedName = fixedName;
  }

  /** No encryption, and no identity. */
  public static CredentialBundle inTheClear() {
    return new CredentialBundle(InsecureChannelCredentials.create(), null, null);
  }

  /**
   * TLS.
   *
   * @param trusted who may have signed the servers' certificates; empty for the JDK's own trust
   *     store
   * @param identity who we are, or null
   * @param fixedName the one name that all servers are verified under, or null for each its own
   * @throws IllegalArgumentException if the material cannot be used
   */
  public static CredentialBundle tls(
      List<X509Certificate> trusted, @Nullable Identity identity, @Nullable String fixedName) {
    RenewableSslContext context = new RenewableSslContext(context(trusted, identity));
    CredentialBundle bundle =
        new CredentialBundle(NettySslContextChannelCredentials.create(context), context, fixedName);
    bundle.identity = identity;
    return bundle;
  }

  /**
   * TLS as {@code context} has it, in its own protocols and cipher suites.
   *
   * @param fixedName the one name that all servers are verified under, or null for each its own
   */
  public static CredentialBundle tls(SSLContext context, @Nullable String fixedName) {
    SSLParameters defaults = context.getDefaultSSLParameters();
    SslContext wrapped =
        new JdkSslContext(
            context,
            true,
            List.of(defaults.getCipherSuites()),
            SupportedCipherSuiteFilter.INSTANCE,
            HTTP_2,
            ClientAuth.NONE,
            defaults.getProtocols(),
            false);
    return new CredentialBundle(NettySslContextChannelCredentials.create(wrapped), null, fixedName);
  }

  /**
   * Uses other material for the connections that are made from now on; those there are stay as they
   * are.
   *
   * @throws IllegalArgumentException if the material cannot be used; nothing has changed then
   * @throws IllegalStateException if this is not of the form that has material
   */
  public void renew(List<X509Certificate> trusted, @Nullable Identity identity) {
    if (renewable == null) {
      throw new IllegalStateException("these credentials have nothing to renew");
    }
    renewable.renew(context(trusted, identity));
    this.identity = identity;
  }

  private static SslContext context(List<X509Certificate> trusted, @Nullable Identity identity) {
    SslContextBuilder tls = GrpcSslContexts.forClient();
    try {
      if (!trusted.isEmpty()) {
        tls.trustManager(trustManagers(trusted));
      }
      if (identity != null) {
        tls.keyManager(keyManagers(identity));
      }
      return tls.build();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("the tls settings cannot be used: " + e.getMessage(), e);
    }
  }

  private static TrustManagerFactory trustManagers(List<X509Certificate> trusted)
      throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    for (int i = 0; i < trusted.size(); i++) {
      store.setCertificateEntry("trusted-" + i, trusted.get(i));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }

  private static KeyManagerFactory keyManagers(Identity identity)
      throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    store.setKeyEntry(
        "identity", identity.key(), new char[0], identity.chain().toArray(new X509Certificate[0]));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /**
   * Returns why a connection failed with what is known of our certificate, where the server
   * complains of it: its alert alone tells nobody what is wrong.
   */
  Status explained(Status failure) {
    if (renewable == null || !isAboutOurCertificate(failure.getCause())) {
      return failure;
    }
    Identity ours = identity;
    return failure.withDescription(
        failure.getDescription()
            + "; "
            + (ours == null ? "we showed no certificate" : ours.standing(Instant.now())));
  }

  private static boolean isAboutOurCertificate(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException
          && cause.getMessage() != null
          && COMPLAINT.matcher(cause.getMessage()).find()) {
        return true;
      }
    }
    return false;
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
