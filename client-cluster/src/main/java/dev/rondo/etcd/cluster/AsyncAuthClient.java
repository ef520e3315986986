package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.KeyRange;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What {@link AuthClient} does, without blocking. Safe for use by many threads.
 *
 * <p>Arguments are checked, and passwords copied, before a method returns. A future fails with what
 * the blocking method throws, completes on the connection's executor, and cancels the call on the
 * wire when it is cancelled.
 */
public interface AsyncAuthClient {
  /** Returns this client with other settings for its calls. */
  AsyncAuthClient with(Consumer<CallSettings.Builder> changes);

  /** See {@link AuthClient#enable}. */
  CompletableFuture<Void> enable();

  /** See {@link AuthClient#disable}. */
  CompletableFuture<Void> disable();

  /** See {@link AuthClient#status}. */
  CompletableFuture<AuthStatus> status();

  /** See {@link AuthClient#addUser(String, char[])}. */
  CompletableFuture<Void> addUser(String user, char[] password);

  /** See {@link AuthClient#addUser(String, char[])}. */
  default CompletableFuture<Void> addUser(String user, String password) {
    return addUser(user, password.toCharArray());
  }

  /** See {@link AuthClient#addUserWithoutPassword}. */
  CompletableFuture<Void> addUserWithoutPassword(String user);

  /** See {@link AuthClient#deleteUser}. */
  CompletableFuture<Void> deleteUser(String user);

  /** See {@link AuthClient#changePassword(String, char[])}. */
  CompletableFuture<Void> changePassword(String user, char[] password);

  /** See {@link AuthClient#changePassword(String, char[])}. */
  default CompletableFuture<Void> changePassword(String user, String password) {
    return changePassword(user, password.toCharArray());
  }

  /** See {@link AuthClient#user}. */
  CompletableFuture<User> user(String user);

  /** See {@link AuthClient#users}. */
  CompletableFuture<UserList> users();

  /** See {@link AuthClient#grantRole}. */
  CompletableFuture<Void> grantRole(String user, String role);

  /** See {@link AuthClient#revokeRole}. */
  CompletableFuture<Void> revokeRole(String user, String role);

  /** See {@link AuthClient#addRole}. */
  CompletableFuture<Void> addRole(String role);

  /** See {@link AuthClient#deleteRole}. */
  CompletableFuture<Void> deleteRole(String role);

  /** See {@link AuthClient#role}. */
  CompletableFuture<Role> role(String role);

  /** See {@link AuthClient#roles}. */
  CompletableFuture<RoleList> roles();

  /** See {@link AuthClient#grantPermission}. */
  CompletableFuture<Void> grantPermission(String role, Permission permission);

  /** See {@link AuthClient#revokePermission}. */
  CompletableFuture<Void> revokePermission(String role, KeyRange range);
}
