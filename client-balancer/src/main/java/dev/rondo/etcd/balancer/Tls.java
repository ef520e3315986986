package dev.rondo.etcd.balancer;

import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
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
 * <p>Files are read when they are given, and what is wrong with them is said then. Every endpoint
 * is verified under the host of its own URL, unless {@link Builder#serverName} fixes one name for
 * all.
 */
public final class Tls {
  private static final Tls SYSTEM = builder().build();

  private final List<X509Certificate> trusted;
  private final @Nullable KeyStore identity;
  private final @Nullable String serverName;

  private Tls(Builder builder) {
    this.trusted = builder.trusted;
    this.identity = builder.identity;
    this.serverName = builder.serverName;
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

  /** The certificates trusted; empty for the JDK's own trust store. */
  List<X509Certificate> trusted() {
    return trusted;
  }

  /** Our key and its chain, or nothing if we have no identity. */
  Optional<KeyStore> identity() {
    return Optional.ofNullable(identity);
  }

  /** The one name that every endpoint is verified under, or nothing if each has its own. */
  Optional<String> serverName() {
    return Optional.ofNullable(serverName);
  }

  /** Says nothing of keys and certificates. */
  @Override
  public String toString() {
    return "Tls[trust="
        + (trusted.isEmpty() ? "system" : trusted.size() + " certificates")
        + ", identity="
        + (identity != null)
        + ", serverName="
        + serverName
        + "]";
  }

  /** Collects settings. Not safe for use by many threads. */
  public static final class Builder {
    private List<X509Certificate> trusted = List.of();
    private @Nullable KeyStore identity;
    private @Nullable String serverName;

    private Builder() {}

    /**
     * Trusts the certificates in {@code file} and no others.
     *
     * @param file PEM with one or more certificates
     * @throws IllegalArgumentException if it cannot be read or holds no certificate
     */
    public Builder trust(Path file) {
      trusted = Pem.certificates(file);
      return this;
    }

    /**
     * Shows servers this certificate.
     *
     * @param chain PEM with our certificate first, and those that signed it after
     * @param key PEM with its private key in PKCS#8 form ({@code BEGIN PRIVATE KEY})
     * @throws IllegalArgumentException if a file cannot be read or the key does not belong to the
     *     certificate
     */
    public Builder identity(Path chain, Path key) {
      identity = Pem.identity(chain, key);
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

    /** Returns the settings. */
    public Tls build() {
      return new Tls(this);
    }
  }
}
