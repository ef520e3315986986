package dev.rondo.etcd.balancer.internal;

import dev.rondo.etcd.api.Code;

/** What a server says that wants another token than it was shown. */
public final class TokenRefusal {
  /**
   * How often in a row whoever was refused tries again with another token. One may be refused for
   * being old and the next for a change of users in between; after that something else is wrong.
   */
  public static final int PATIENCE = 2;

  private TokenRefusal() {}

  /** Whether a server that ends a call with {@code code} wants another token. */
  public static boolean is(Code code) {
    return switch (code) {
      case INVALID_AUTH_TOKEN, AUTH_OLD_REVISION, USER_EMPTY -> true;
      default -> false;
    };
  }
}
