package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.ConnectionBuilder;
import dev.rondo.etcd.balancer.internal.Calls;
import java.util.function.Consumer;

/**
 * Administers users, roles and permissions, and turns authentication on and off. Safe for use by
 * many threads.
 *
 * <p>A connection logs in by itself: see {@link ConnectionBuilder#user(String, char[])}. Users have
 * roles, and roles have permissions. Authentication can be turned on once there is a user {@code
 * root} with the role {@code root}, which exists by itself:
 *
 * <pre>{@code
 * AuthClient auth = AuthClient.over(connection);
 * auth.addUser("root", rootPassword);
 * auth.grantRole("root", "root");
 * auth.addRole("orders");
 * auth.grantPermission("orders", Permission.readWrite(KeyRange.prefix("orders/")));
 * auth.addUser("shop", shopPassword);
 * auth.grantRole("shop", "orders");
 * auth.enable();
 * }</pre>
 *
 * <p>Once it is on, all of this is for users with the role {@code root}; others are refused with
 * {@code PERMISSION_DENIED}, and those without a name with {@code USER_EMPTY}. But every user may
 * look at itself and at its own roles.
 *
 * <p>Every method fails with an {@link EtcdException}; the codes worth a branch are named beside
 * it. A change that may or may not have been made ends with {@link OutcomeUnknownException}, unless
 * its client was told that it may be repeated ({@link CallSettings.Builder#idempotent}): what is to
 * go and is gone by then counts as done. Names and passwords must not be empty.
 */
public interface AuthClient {
  /** Returns a client that sends its requests over {@code connection}, which stays the caller's. */
  static AuthClient over(Connection connection) {
    return new GrpcAuthClient(Calls.over(connection));
  }

  /** Returns this client with other settings for its calls. */
  AuthClient with(Consumer<CallSettings.Builder> changes);

  /** The same operations without blocking. */
  AsyncAuthClient async();

  /**
   * Turns authentication on; does nothing if it is on.
   *
   * <p>Refused with {@code ROOT_USER_NOT_EXIST}, and with {@code ROOT_ROLE_NOT_EXIST} if that user
   * does not have the role {@code root}.
   */
  void enable();

  /**
   * Turns authentication off, and keeps users, roles and permissions; does nothing if it is off.
   */
  void disable();

  /**
   * Tells whether authentication is on.
   *
   * <p>Servers up to 3.4 cannot tell: {@code UNIMPLEMENTED}. Those of 3.5 and 3.6 tell users only.
   */
  AuthStatus status();

  /**
   * Adds a user with a password.
   *
   * <p>Refused with {@code USER_ALREADY_EXIST}.
   *
   * @param password is copied; the caller may wipe it at once
   */
  void addUser(String user, char[] password);

  /** Adds a user with a password; see {@link #addUser(String, char[])}. */
  default void addUser(String user, String password) {
    addUser(user, password.toCharArray());
  }

  /**
   * Adds a user who cannot log in with a password, and whom the servers know by the common name of
   * a client certificate.
   *
   * <p>Refused with {@code USER_ALREADY_EXIST}.
   */
  void addUserWithoutPassword(String user);

  /**
   * Deletes a user. Tokens of it are worth nothing from then on.
   *
   * <p>Refused with {@code USER_NOT_FOUND}, and with {@code INVALID_AUTH_MANAGEMENT} for {@code
   * root} while authentication is on.
   */
  void deleteUser(String user);

  /**
   * Gives a user another password. Connections that are logged in with the old one fail with {@code
   * AUTH_FAILED} as soon as they need another token.
   *
   * <p>Refused with {@code USER_NOT_FOUND}.
   *
   * @param password is copied; the caller may wipe it at once
   */
  void changePassword(String user, char[] password);

  /** Gives a user another password; see {@link #changePassword(String, char[])}. */
  default void changePassword(String user, String password) {
    changePassword(user, password.toCharArray());
  }

  /**
   * Looks at one user.
   *
   * <p>Refused with {@code USER_NOT_FOUND}.
   */
  User user(String user);

  /** Lists all users. */
  UserList users();

  /**
   * Gives a user a role; does nothing if it has it.
   *
   * <p>Refused with {@code USER_NOT_FOUND} and {@code ROLE_NOT_FOUND}.
   */
  void grantRole(String user, String role);

  /**
   * Takes a role away from a user.
   *
   * <p>Refused with {@code USER_NOT_FOUND} and {@code ROLE_NOT_GRANTED}, and with {@code
   * INVALID_AUTH_MANAGEMENT} for the role {@code root} of {@code root} while authentication is on.
   */
  void revokeRole(String user, String role);

  /**
   * Adds a role, without permissions.
   *
   * <p>Refused with {@code ROLE_ALREADY_EXIST}.
   */
  void addRole(String role);

  /**
   * Deletes a role, and takes it away from all users.
   *
   * <p>Refused with {@code ROLE_NOT_FOUND}, and with {@code INVALID_AUTH_MANAGEMENT} for {@code
   * root} while authentication is on.
   */
  void deleteRole(String role);

  /**
   * Looks at one role.
   *
   * <p>Refused with {@code ROLE_NOT_FOUND}.
   */
  Role role(String role);

  /** Lists all roles. */
  RoleList roles();

  /**
   * Gives a role a permission, in the place of the one that it has for exactly the same range.
   *
   * <p>Refused with {@code ROLE_NOT_FOUND}.
   */
  void grantPermission(String role, Permission permission);

  /**
   * Takes the permission for exactly this range away from a role.
   *
   * <p>Refused with {@code ROLE_NOT_FOUND} and {@code PERMISSION_NOT_GRANTED}.
   */
  void revokePermission(String role, KeyRange range);
}
