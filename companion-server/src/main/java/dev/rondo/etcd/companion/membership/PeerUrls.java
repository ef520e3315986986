package dev.rondo.etcd.companion.membership;

import dev.rondo.etcd.companion.error.EtcdError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which peer URLs etcd takes for a member that is added, and how it writes them: http and https
 * with a port and without a path, unix and unixs with next to anything. What is a URL at all is
 * decided as Go's parser does, which etcd uses: {@link java.net.URI} refuses some of these.
 */
public final class PeerUrls {
  // Loops are possessive: the others would take stack for each character of a hostile URL.
  private static final Pattern URL =
      Pattern.compile(
          "(https?|unixs?):([^?#\\x00-\\x1f\\x7f]*+)(\\?[^#\\x00-\\x1f\\x7f]*+)?+(?:#(.*+))?+",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern ESCAPED = Pattern.compile("(?:[^%]|%\\p{XDigit}{2})*+");
  private static final Pattern USER = Pattern.compile("[\\w.:~!$&'()*+,;=%@-]*+");
  private static final String NAME = "\\w.~!$&'()*+,;=<>\"\\x{80}-\\x{10ffff}-";
  private static final String NAME_ESCAPE = "%25|%[89A-Fa-f]\\p{XDigit}";
  private static final Pattern HOST =
      Pattern.compile(
          ("(?:[" + NAME + "]|" + NAME_ESCAPE + ")*+")
              + ("|\\[(?:[:" + NAME + "]|%\\p{XDigit}{2})*+]"));
  private static final Pattern SOCKET_HOST =
      Pattern.compile("(?:[:\\[\\]" + NAME + "]|" + NAME_ESCAPE + ")*+");
  private static final Pattern PORT = Pattern.compile(":[0-9]*+");
  private static final Pattern KEPT = Pattern.compile("[\\w.~$&+,/:;=@!'()*\\[\\]%?-]");

  private PeerUrls() {}

  /**
   * Checks the URLs of a member to be.
   *
   * @return the URLs as etcd keeps them, sorted
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException MEMBER_BAD_URLS if one is not
   *     acceptable, or there is none
   */
  public static List<String> check(List<String> urls) {
    if (urls.isEmpty()) {
      throw EtcdError.MEMBER_BAD_URLS.exception();
    }
    return urls.stream().map(PeerUrls::check).sorted().toList();
  }

  private static String check(String url) {
    var parts = URL.matcher(url.strip());
    if (!parts.matches() || !isAcceptable(parts)) {
      throw EtcdError.MEMBER_BAD_URLS.exception();
    }
    String place = group(parts, 2);
    String fragment = group(parts, 4);
    return scheme(parts)
        + (":" + (place.equals("//") ? "" : escape(place)) + group(parts, 3))
        + (fragment.isEmpty() ? "" : "#" + escape(fragment));
  }

  private static boolean isAcceptable(Matcher parts) {
    boolean isSocket = scheme(parts).startsWith("unix");
    return isPlace(group(parts, 2), isSocket) && matches(ESCAPED, group(parts, 4));
  }

  private static boolean isPlace(String place, boolean isSocket) {
    if (!place.startsWith("//")) {
      return isSocket && (!place.startsWith("/") || matches(ESCAPED, place));
    }
    int slash = place.indexOf('/', 2);
    int end = slash < 0 ? place.length() : slash;
    String path = place.substring(end);
    return isAuthority(place.substring(2, end), isSocket)
        && (isSocket ? matches(ESCAPED, path) : path.isEmpty());
  }

  private static boolean isAuthority(String authority, boolean isSocket) {
    int at = authority.lastIndexOf('@');
    String user = authority.substring(0, Math.max(at, 0));
    return matches(USER, user)
        && matches(ESCAPED, user)
        && isHostAndPort(authority.substring(at + 1), isSocket);
  }

  private static boolean isHostAndPort(String text, boolean isSocket) {
    int hostEnd = text.startsWith("[") ? text.lastIndexOf(']') + 1 : text.lastIndexOf(':');
    int end = hostEnd < 0 ? text.length() : hostEnd;
    String host = text.substring(0, end);
    String port = text.substring(end);
    return isSocket
        ? matches(SOCKET_HOST, host) && (port.isEmpty() || matches(PORT, port))
        : matches(HOST, host) && matches(PORT, port);
  }

  private static boolean matches(Pattern pattern, String text) {
    return pattern.matcher(text).matches();
  }

  private static String scheme(Matcher parts) {
    return group(parts, 1).toLowerCase(Locale.ROOT);
  }

  private static String group(Matcher parts, int number) {
    String text = parts.group(number);
    return text == null ? "" : text;
  }

  private static String escape(String text) {
    var escaped = new StringBuilder();
    text.codePoints()
        .mapToObj(Character::toString)
        .forEach(
            character -> escaped.append(matches(KEPT, character) ? character : hex(character)));
    return escaped.toString();
  }

  private static String hex(String character) {
    var escaped = new StringBuilder();
    for (byte octet : character.getBytes(StandardCharsets.UTF_8)) {
      escaped.append(String.format(Locale.ROOT, "%%%02X", octet));
    }
    return escaped.toString();
  }
}
