package dev.rondo.etcd.companion;

import dev.rondo.etcd.companion.rpc.ServerTls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How members show themselves to clients, and whether clients must show a certificate too. All are
 * PEM files; private keys are PKCS#8 and not encrypted.
 *
 * <pre>{@code
 * CompanionTls.builder()
 *     .identity(Path.of("server.pem"), Path.of("server.key"))
 *     .clientCa(Path.of("ca.pem"))
 *     .build()
 * }</pre>
 */
public final class CompanionTls {
  /** A certificate, chain included, and its private key. */
  record Identity(Path certificate, Path key) {
    static Identity of(Path certificate, Path key) {
      return new Identity(readable(certificate), readable(key));
    }
  }

  private final @Nullable Identity shared;
  private final @Nullable Path clientCa;

  private CompanionTls(Builder builder) {
    this.shared = builder.shared;
    this.clientCa = builder.clientCa;
  }

  /** Begins without any certificate. */
  public static Builder builder() {
    return new Builder();
  }

  /** What a member needs that may have a certificate of its own. */
  ServerTls of(String member, @Nullable Identity own) {
    var identity = own == null ? shared : own;
    if (identity == null) {
      throw new IllegalStateException(
          "member "
              + member
              + " has no certificate: give it one in its options, or one for all to the TLS");
    }
    return ServerTls.read(identity.certificate(), identity.key(), Optional.ofNullable(clientCa));
  }

  private static Path readable(Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException("cannot read " + file);
    }
    return file;
  }

  /** Gathers certificates. */
  public static final class Builder {
    private @Nullable Identity shared;
    private @Nullable Path clientCa;

    private Builder() {}

    /**
     * Sets the certificate of all members that have none of their own; it must be good for all
     * their addresses.
     */
    public Builder identity(Path certificate, Path key) {
      this.shared = Identity.of(certificate, key);
      return this;
    }

    /** Refuses clients that do not show a certificate signed by one of these authorities. */
    public Builder clientCa(Path authorities) {
      this.clientCa = readable(authorities);
      return this;
    }

    /** Builds what was gathered. */
    public CompanionTls build() {
      return new CompanionTls(this);
    }
  }
}
