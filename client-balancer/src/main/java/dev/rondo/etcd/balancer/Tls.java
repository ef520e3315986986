package dev.rondo.etcd.balancer;

import dev.rondo.etcd.balancer.channel.CredentialBundle;
import dev.rondo.etcd.balancer.channel.Identity;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Whom to trust and who we are, for all endpoints of one connection.
 *
 * <pre>{@code
 * Tls tls = Tls.builder()
 *     .trust(Path.of("ca.pem"))
 *     .identity(Path.of("client.pem"), Path.of("client.key"))
 *     .build();
 * }</pre>
 *
 * <p>Files are read when they are given, and what is wrong with them is said then. While a
 * connection lives it looks at them again every {@link Builder#reloadEvery 10 s}. What has changed
 * is used by all connections to endpoints that are made from then on, and those that are up are
 * replaced one by one, without failing a call. Files that cannot be read or do not fit together,
 * such as a new certificate beside the key of the old one, change nothing: that is logged once as a
 * warning, and they are looked at again.
 *
 * <p>Every endpoint is verified under the host of its own URL, unless {@link Builder#serverName}
 * fixes one name for all.
 */
public final class Tls {
  private static final Tls SYSTEM = builder().build();

  private final @Nullable FromFiles<List<X509Certificate>> trusted;
  private final @Nullable FromFiles<Identity> identity;
  private final @Nullable SSLContext context;
  private final @Nullable String serverName;
  private final Duration reloadEvery;

  private Tls(Builder builder) {
    this.trusted = builder.trusted;
    this.identity = builder.identity;
    this.context = builder.context;
    this.serverName = builder.serverName;
    this.reloadEvery = builder.reloadEvery;
  }

  /**
   * The JDK's own trust store, and no identity: what {@code https} means where nothing else is
   * said.
   */
  public static Tls system() {
    return SYSTEM;
  }

  /** Returns a builder that starts with {@link #system}. */
  public static Builder builder() {
    return new Builder();
  }

  /** The certificates trusted; null for the JDK's own trust store. */
  @Nullable FromFiles<List<X509Certificate>> trusted() {
    return trusted;
  }

  /** Our key and its chain; null if we have no identity. */
  @Nullable FromFiles<Identity> identity() {
    return identity;
  }

  /** How often to look at the files; nothing if there are none, or once was enough. */
  Optional<Duration> reloadEvery() {
    boolean hasFiles = trusted != null || identity != null;
    return hasFiles && !reloadEvery.isZero() ? Optional.of(reloadEvery) : Optional.empty();
  }

  /** Makes credentials of what was read when the files were given. */
  CredentialBundle bundle() {
    if (context != null) {
      return CredentialBundle.tls(context, serverName);
    }
    return CredentialBundle.tls(
        trusted == null ? List.of() : trusted.value(),
        identity == null ? null : identity.value(),
        serverName);
  }

  /** Says nothing of keys and certificates. */
  @Override
  public String toString() {
    String who =
        context != null
            ? "sslContext"
            : "trust="
                + (trusted == null ? "system" : trusted.value().size() + " certificates")
                + ", identity="
                + (identity != null);
    return "Tls[" + who + ", serverName=" + serverName + "]";
  }

  /** Collects settings. Not safe for use by many threads. */
  public static final class Builder {
    private static final Duration SHORTEST_RELOAD = Duration.ofMillis(100);

    private @Nullable FromFiles<List<X509Certificate>> trusted;
    private @Nullable FromFiles<Identity> identity;
    private @Nullable SSLContext context;
    private @Nullable String serverName;
    private Duration reloadEvery = Duration.ofSeconds(10);

    private Builder() {}

    /**
     * Trusts the certificates in {@code file} and no others.
     *
     * @param file PEM with one or more certificates
     * @throws IllegalArgumentException if it cannot be read or holds no certificate
     */
    public Builder trust(Path file) {
      trusted = FromFiles.read(List.of(file), contents -> Pem.certificates(file, contents.get(0)));
      return this;
    }

    /**
     * Trusts the certificates that are marked as trusted in {@code file} and no others.
     *
     * @param file a PKCS#12 file as {@code keytool -importcert} makes it
     * @param password opens the file; copied, and kept to read the file again
     * @throws IllegalArgumentException if the file or the password is wrong, or nothing is trusted
     *     in it
     */
    public Builder trustStore(Path file, char[] password) {
      char[] own = password.clone();
      trusted =
          FromFiles.read(List.of(file), contents -> Pkcs12.trusted(file, contents.get(0), own));
      return this;
    }

    /**
     * Shows servers this certificate.
     *
     * @param chain PEM with our certificate first, and those that signed it after
     * @param key PEM with its private key, not encrypted: {@code BEGIN PRIVATE KEY}, {@code BEGIN
     *     RSA PRIVATE KEY} or {@code BEGIN EC PRIVATE KEY}; may be the same file
     * @throws IllegalArgumentException if a file cannot be read or the key does not belong to the
     *     certificate
     */
    public Builder identity(Path chain, Path key) {
      return identity(chain, key, null);
    }

    /**
     * Shows servers this certificate, whose key is encrypted.
     *
     * @param chain PEM with our certificate first, and those that signed it after
     * @param key PEM with its private key in the form {@code BEGIN ENCRYPTED PRIVATE KEY}, or in
     *     one that needs no password
     * @param keyPassword opens the key, in ASCII; copied, and kept to read the files again
     * @throws IllegalArgumentException if a file cannot be read, the password is wrong, or the key
     *     does not belong to the certificate
     */
    public Builder identity(Path chain, Path key, char @Nullable [] keyPassword) {
      char[] own = keyPassword == null ? null : keyPassword.clone();
      identity =
          FromFiles.read(
              List.of(chain, key),
              contents -> Pem.identity(chain, contents.get(0), key, contents.get(1), own));
      return this;
    }

    /**
     * Shows servers the certificate whose key is in {@code file}.
     *
     * @param file a PKCS#12 file with one private key and its chain
     * @param password opens the file and the key; copied, and kept to read the file again
     * @throws IllegalArgumentException if the file or the password is wrong, or it holds another
     *     number of keys
     */
    public Builder keyStore(Path file, char[] password) {
      char[] own = password.clone();
      identity =
          FromFiles.read(List.of(file), contents -> Pkcs12.identity(file, contents.get(0), own));
      return this;
    }

    /**
     * Uses this context of the JDK for everything: trust, identity, protocols and cipher suites.
     * Endpoints are verified by name all the same. What changes within the context is its owner's
     * business, and so is how long sessions are resumed; nothing is read again.
     *
     * @param context one that is initialised; excludes trust and identity by other means
     */
    public Builder sslContext(SSLContext context) {
      this.context = context;
      return this;
    }

    /**
     * Verifies every endpoint under this one name instead of the host of its URL, and calls it by
     * that name.
     *
     * @param name a host name or an IP address as the servers' certificates have it
     */
    public Builder serverName(String name) {
      if (name.isBlank()) {
        throw new IllegalArgumentException(
            "serverName must be a host name or an IP address, was blank");
      }
      serverName = name;
      return this;
    }

    /**
     * Looks this often whether the content of the files has changed.
     *
     * @param interval at least 100 ms, 10 s by default; {@link Duration#ZERO} to never look again
     */
    public Builder reloadEvery(Duration interval) {
      if (!interval.isZero() && interval.compareTo(SHORTEST_RELOAD) < 0) {
        throw new IllegalArgumentException(
            "reloadEvery must be at least "
                + SHORTEST_RELOAD
                + ", or zero for never, was "
                + interval);
      }
      reloadEvery = interval;
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalStateException if there is an {@link #sslContext} beside trust or identity
     */
    public Tls build() {
      if (context != null && (trusted != null || identity != null)) {
        throw new IllegalStateException(
            "sslContext has trust and identity of its own, so neither must be given beside it");
      }
      return new Tls(this);
    }
  }
}
