package dev.rondo.etcd.balancer;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Where one member listens for clients.
 *
 * <p>Written as a URL: {@code http://10.0.0.1:2379}, {@code https://etcd-1.example:2379}, {@code
 * https://[2001:db8::1]:2379}, {@code unix:///run/etcd.sock}, or {@code unixs:} for TLS over a
 * socket file. The port is 2379 if none is given. A host is never looked up here.
 *
 * @param scheme how to speak to it
 * @param host the host as the URL has it, in lower case, without the brackets of an IPv6 address;
 *     for a socket file its path
 * @param port 1 to 65535; 0 for a socket file
 */
public record Endpoint(Scheme scheme, String host, int port) {
  private static final int DEFAULT_PORT = 2379;

  /** How an endpoint is spoken to. */
  public enum Scheme {
    /** TCP in the clear. */
    HTTP(false, false),
    /** TLS over TCP. */
    HTTPS(true, false),
    /** A socket file in the clear. */
    UNIX(false, true),
    /** TLS over a socket file. */
    UNIXS(true, true);

    private final boolean isSecure;
    private final boolean isSocketFile;

    Scheme(boolean isSecure, boolean isSocketFile) {
      this.isSecure = isSecure;
      this.isSocketFile = isSocketFile;
    }

    /** Whether this means TLS. */
    public boolean isSecure() {
      return isSecure;
    }

    /** Whether this means a socket file rather than a host and a port. */
    public boolean isSocketFile() {
      return isSocketFile;
    }

    private static final String ALLOWED =
        Arrays.stream(values()).map(Scheme::toString).collect(Collectors.joining(", "));

    private static Scheme of(String name, String url) {
      for (Scheme scheme : values()) {
        if (scheme.toString().equalsIgnoreCase(name)) {
          return scheme;
        }
      }
      throw new IllegalArgumentException(
          "endpoint must be a URL with one of the schemes " + ALLOWED + ", was " + quoted(url));
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Reads an endpoint.
   *
   * @throws IllegalArgumentException if it is no URL of an allowed scheme, or has user info, a
   *     path, a query or a fragment; the message says what was seen, but for a password
   */
  public static Endpoint parse(String url) {
    int colon = url.indexOf(':');
    boolean hasScheme = url.contains("://") || url.startsWith("unix");
    Scheme scheme = Scheme.of(hasScheme && colon > 0 ? url.substring(0, colon) : "", url);
    return scheme.isSocketFile()
        ? socketFile(scheme, url.substring(colon + 1), url)
        : host(scheme, url);
  }

  private static Endpoint socketFile(Scheme scheme, String rest, String url) {
    String path = rest.startsWith("//") ? rest.substring(2) : rest;
    if (path.isEmpty()) {
      throw new IllegalArgumentException(
          "endpoint must name a socket file as in unix:///run/etcd.sock, was " + quoted(url));
    }
    return new Endpoint(scheme, path, 0);
  }

  private static Endpoint host(Scheme scheme, String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw refused("a URL such as https://10.0.0.1:2379", url);
    }
    String authority = uri.getRawAuthority();
    if (authority == null) {
      throw refused("a URL with a host such as https://10.0.0.1:2379", url);
    }
    if (authority.contains("@")) {
      throw refused("a URL without user info (credentials have a setting of their own)", url);
    }
    String path = uri.getRawPath();
    if (!(path == null || path.isEmpty() || path.equals("/"))
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw refused("a URL without a path, query or fragment", url);
    }
    return new Endpoint(scheme, hostOf(authority, url), portOf(authority, url));
  }

  /** The host by hand, because {@link URI} knows none where a name has an underscore. */
  private static String hostOf(String authority, String url) {
    String host;
    if (authority.startsWith("[")) {
      host = authority.substring(1, authority.indexOf(']'));
    } else {
      int colon = authority.indexOf(':');
      host = colon < 0 ? authority : authority.substring(0, colon);
    }
    if (host.isEmpty()) {
      throw refused("a URL with a host such as https://10.0.0.1:2379", url);
    }
    return host.toLowerCase(Locale.ROOT);
  }

  private static int portOf(String authority, String url) {
    int colon = authority.indexOf(':', authority.indexOf(']') + 1);
    if (colon < 0) {
      return DEFAULT_PORT;
    }
    try {
      int port = Integer.parseInt(authority.substring(colon + 1));
      if (port > 0 && port <= 0xffff) {
        return port;
      }
    } catch (NumberFormatException e) {
      // said below, as for a number out of range
    }
    throw refused("a URL with a port between 1 and 65535", url);
  }

  private static IllegalArgumentException refused(String allowed, String url) {
    return new IllegalArgumentException("endpoint must be " + allowed + ", was " + quoted(url));
  }

  /** The URL as it was given, with what may be a password left out. */
  private static String quoted(String url) {
    int at = url.lastIndexOf('@');
    int start = url.indexOf("://");
    String shown =
        at < 0 ? url : url.substring(0, start < 0 ? 0 : start + 3) + "***" + url.substring(at);
    return '"' + shown + '"';
  }

  /** Whether the connection is encrypted. */
  public boolean isSecure() {
    return scheme.isSecure();
  }

  /**
   * What the endpoint is called in requests to it: host and port, or the name of the socket file.
   */
  public String authority() {
    if (scheme.isSocketFile()) {
      return host.substring(host.lastIndexOf('/') + 1);
    }
    return bracketed() + ":" + port;
  }

  private String bracketed() {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  /** The URL. */
  @Override
  public String toString() {
    return scheme.isSocketFile()
        ? scheme + "://" + host
        : scheme + "://" + bracketed() + ":" + port;
  }
}
