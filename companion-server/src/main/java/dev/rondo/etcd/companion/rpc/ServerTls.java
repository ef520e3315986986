package dev.rondo.etcd.companion.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * How a member shows itself to its clients, and which clients it takes. All texts are PEM.
 *
 * @param certificate the member's certificate, with those that lead to its CA, if any
 * @param key the private key in PKCS#8, not encrypted
 * @param clientCa who must have signed the certificates of clients; empty if they need none
 */
public record ServerTls(String certificate, String key, Optional<String> clientCa) {
  /** Reads the files now; later changes of them are not noticed. */
  public static ServerTls read(Path certificate, Path key, Optional<Path> clientCa) {
    return new ServerTls(read(certificate), read(key), clientCa.map(ServerTls::read));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /**
   * Makes what Netty needs.
   *
   * @throws IllegalArgumentException if a text is not what it should be
   */
  SslContext context() {
    try {
      var builder = SslContextBuilder.forServer(stream(certificate), stream(key));
      clientCa.ifPresent(ca -> builder.trustManager(stream(ca)).clientAuth(ClientAuth.REQUIRE));
      return GrpcSslContexts.configure(builder).build();
    } catch (IllegalArgumentException | SSLException e) {
      throw new IllegalArgumentException(
          "cannot serve TLS with this certificate, key or client CA: " + e.getMessage(), e);
    }
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(US_ASCII));
  }

  /** Shows no key. */
  @Override
  public String toString() {
    return clientCa.isPresent() ? "TLS with client certificates" : "TLS";
  }
}
