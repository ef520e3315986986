package dev.rondo.etcd.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads off a token how long it is good for, if it is a JSON Web Token that says so (RFC 7519).
 *
 * <p>Nothing is verified, because nothing depends on it but when a new one is asked for. What is
 * not a JWT, or malformed, or says something impossible, has no known lifetime.
 */
final class JwtLifetime {
  private static final double LONGEST = Duration.ofDays(36_500).toSeconds();

  private final String json;
  private int at;
  private @Nullable Double expiry;
  private @Nullable Double issue;

  private JwtLifetime(String json) {
    this.json = json;
  }

  /**
   * Returns for how long a token that came at {@code now} is good: counted from when it was issued
   * if it says when that was, so that a wrong clock does no harm, and else from {@code now}.
   */
  static Optional<Duration> of(String token, Instant now) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    byte[] claims;
    try {
      claims = Base64.getUrlDecoder().decode(parts[1]);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    JwtLifetime lifetime = new JwtLifetime(new String(claims, UTF_8));
    return lifetime.readObject() ? lifetime.since(now) : Optional.empty();
  }

  private Optional<Duration> since(Instant now) {
    Double end = expiry;
    Double start = issue;
    if (end == null) {
      return Optional.empty();
    }
    double seconds = end - (start == null ? now.toEpochMilli() / 1000.0 : start);
    return seconds > 0 && seconds <= LONGEST
        ? Optional.of(Duration.ofMillis((long) (seconds * 1000)))
        : Optional.empty();
  }

  /**
   * Reads the one object that the claims are; its own members count, those of others inside not.
   */
  private boolean readObject() {
    if (!take('{')) {
      return false;
    }
    do {
      int start = at;
      if (!skipString()) {
        return false;
      }
      String name = json.substring(start, at).strip();
      if (!take(':')) {
        return false;
      }
      start = at;
      if (!skipValue()) {
        return false;
      }
      keep(name, json.substring(start, at).strip());
    } while (take(','));
    return take('}') && isAtEnd();
  }

  /** A time is seconds since 1970, with or without a fraction. */
  private void keep(String name, String value) {
    if (name.equals("\"exp\"")) {
      expiry = number(value);
    } else if (name.equals("\"iat\"")) {
      issue = number(value);
    }
  }

  private static @Nullable Double number(String value) {
    try {
      double number = Double.parseDouble(value);
      return Double.isFinite(number) ? number : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Skips to the end of a value: of a string, of all that brackets hold, or before a delimiter. */
  private boolean skipValue() {
    int depth = 0;
    do {
      skipSpace();
      if (at >= json.length()) {
        return false;
      }
      char next = json.charAt(at);
      if (next == '"') {
        if (!skipString()) {
          return false;
        }
      } else if (next == '{' || next == '[') {
        depth++;
        at++;
      } else if (next == '}' || next == ']') {
        depth--;
        at++;
      } else if (next == ',' || next == ':') {
        if (depth == 0) {
          return false;
        }
        at++;
      } else {
        skipWord();
      }
    } while (depth > 0);
    return depth == 0;
  }

  private void skipWord() {
    while (at < json.length() && "{}[],:\"".indexOf(json.charAt(at)) < 0) {
      at++;
    }
  }

  private boolean skipString() {
    if (!take('"')) {
      return false;
    }
    while (at < json.length()) {
      char next = json.charAt(at++);
      if (next == '"') {
        return true;
      }
      if (next == '\\') {
        at++;
      }
    }
    return false;
  }

  private boolean take(char wanted) {
    skipSpace();
    boolean isThere = at < json.length() && json.charAt(at) == wanted;
    if (isThere) {
      at++;
    }
    return isThere;
  }

  private void skipSpace() {
    while (at < json.length() && " \t\r\n".indexOf(json.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean isAtEnd() {
    skipSpace();
    return at >= json.length();
  }
}
