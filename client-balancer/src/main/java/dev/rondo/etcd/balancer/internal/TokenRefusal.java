package dev.rondo.etcd.balancer.internal;

import dev.rondo.etcd.api.Code;

/** What a server says that wants another token than it was shown. */
public final class TokenRefusal {
  private TokenRefusal() {}

  /** Whether a server that ends a call with {@code code} wants another token. */
  public static boolean is(Code code) {
    return switch (code) {
      case INVALID_AUTH_TOKEN, AUTH_OLD_REVISION, USER_EMPTY -> true;
      default -> false;
    };
  }

  /**
   * How many tokens more whoever was refused with {@code code} asks for. If two new ones in a row
   * are invalid, something is wrong that logging in does not mend. But every change of users, roles
   * or permissions makes tokens old, and those who make many of them should not break the calls of
   * others.
   */
  public static int patience(Code code) {
    return code == Code.AUTH_OLD_REVISION ? 10 : 2;
  }
}
