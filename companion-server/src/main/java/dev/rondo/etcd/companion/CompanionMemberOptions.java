package dev.rondo.etcd.companion;

import dev.rondo.etcd.companion.CompanionTls.Identity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is particular to one member. Without a word it is called {@code m} and its number, and
 * listens on a free port of 127.0.0.1.
 */
public final class CompanionMemberOptions {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int HIGHEST_PORT = 65_535;

  private @Nullable String name;
  private String host = LOOPBACK;
  private int port;
  private @Nullable String advertised;
  private @Nullable String peerUrl;
  private @Nullable Identity identity;

  CompanionMemberOptions() {}

  /** Sets the name that the member list shows. */
  public CompanionMemberOptions name(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be blank");
    }
    this.name = name;
    return this;
  }

  /**
   * Sets where clients are listened to.
   *
   * @param port 0 for any that is free; the member keeps it over restarts
   */
  public CompanionMemberOptions listen(String host, int port) {
    if (port < 0 || port > HIGHEST_PORT) {
      throw new IllegalArgumentException("port must be 0 to " + HIGHEST_PORT + ", was " + port);
    }
    this.host = host;
    this.port = port;
    return this;
  }

  /** Sets the URL for clients that the member list shows, such as that of a proxy. */
  public CompanionMemberOptions advertise(String url) {
    this.advertised = URI.create(url).toString();
    return this;
  }

  /**
   * Sets the URL for peers that the member list shows. It is a name only: members in one JVM need
   * no sockets between them.
   */
  public CompanionMemberOptions peerUrl(String url) {
    this.peerUrl = URI.create(url).toString();
    return this;
  }

  /** Gives the member a certificate of its own; the cluster must have TLS. */
  public CompanionMemberOptions identity(Path certificate, Path key) {
    this.identity = Identity.of(certificate, key);
    return this;
  }

  String name(int number) {
    return name == null ? "m" + number : name;
  }

  String host() {
    return host;
  }

  InetSocketAddress address() {
    try {
      return new InetSocketAddress(InetAddress.getAllByName(host)[0], port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("unknown host " + host, e);
    }
  }

  @Nullable String advertised() {
    return advertised;
  }

  /** The name of the host is one that nobody can have (RFC 2606). */
  String peerUrl(int number) {
    return peerUrl == null ? "http://" + name(number) + ".companion.invalid:2380" : peerUrl;
  }

  @Nullable Identity identity() {
    return identity;
  }
}
