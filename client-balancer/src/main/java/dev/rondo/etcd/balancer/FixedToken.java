package dev.rondo.etcd.balancer;

import java.util.concurrent.CompletableFuture;

/** A token that the user has from elsewhere, and that nobody here can renew. */
final class FixedToken implements TokenSource {
  private final Token token;

  FixedToken(String text) {
    this.token = new Token(text);
  }

  @Override
  public Token current() {
    return token;
  }

  @Override
  public CompletableFuture<Token> next() {
    return CompletableFuture.completedFuture(token);
  }

  @Override
  public boolean refused(Token refused) {
    return false;
  }

  /** A string cannot be wiped. */
  @Override
  public void close() {}
}
