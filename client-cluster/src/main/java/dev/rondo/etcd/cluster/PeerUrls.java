package dev.rondo.etcd.cluster;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules for URLs under which members reach one another; etcd has the same. */
final class PeerUrls {
  // By hand, because URI knows no host where a name has an underscore.
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(\\[[^\\[\\]]+]|[^:\\[\\]]+):(?<port>[0-9]{1,5})");

  private PeerUrls() {}

  /** Returns the URLs as the server wants them, if all are fit. */
  static List<String> checked(URI... urls) {
    if (urls.length == 0) {
      throw new IllegalArgumentException(
          "a member must have at least one peer URL, was given none");
    }
    return Arrays.stream(urls).map(PeerUrls::checked).toList();
  }

  private static String checked(URI url) {
    String authority = url.getRawAuthority();
    if (authority != null && authority.contains("@")) {
      throw new IllegalArgumentException(
          "a peer URL must have no user info, was \""
              + url.getScheme()
              + "://***"
              + authority.substring(authority.lastIndexOf('@'))
              + '"');
    }
    if (authority == null || !hasScheme(url) || !hasHostAndPort(authority)) {
      throw new IllegalArgumentException(
          "a peer URL must have the form http(s)://host:port, was \"" + url + '"');
    }
    if (!url.toString().equals(url.getScheme() + "://" + authority)) {
      throw new IllegalArgumentException(
          "a peer URL must have no path, query or fragment, was \"" + url + '"');
    }
    return url.toString();
  }

  private static boolean hasScheme(URI url) {
    return "http".equals(url.getScheme()) || "https".equals(url.getScheme());
  }

  private static boolean hasHostAndPort(String authority) {
    Matcher matcher = HOST_AND_PORT.matcher(authority);
    if (!matcher.matches()) {
      return false;
    }
    int port = Integer.parseInt(matcher.group("port"));
    return port > 0 && port <= 0xffff;
  }
}
