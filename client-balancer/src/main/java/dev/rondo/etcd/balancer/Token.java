package dev.rondo.etcd.balancer;

import io.grpc.Metadata;

/**
 * What a login gave: a token, or the news that the cluster wants none. Two are never equal, so that
 * the refusal of an old one is not taken for that of a new one with the same text. Shows nothing of
 * itself.
 */
final class Token {
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private final String text;
  private boolean isUsed; // a race may lose it, and then an idle connection logs in once less

  /** Makes a token of {@code text}; empty where the cluster wants none. */
  Token(String text) {
    this.text = text;
  }

  /** Adds the token to the headers of a call, where there is one. */
  void addTo(Metadata headers) {
    if (!isUsed) {
      isUsed = true;
    }
    if (!text.isEmpty()) {
      headers.put(KEY, text);
    }
  }

  /** Whether any call carried it. */
  boolean isUsed() {
    return isUsed;
  }

  @Override
  public String toString() {
    return text.isEmpty() ? "no token" : "a token";
  }
}
