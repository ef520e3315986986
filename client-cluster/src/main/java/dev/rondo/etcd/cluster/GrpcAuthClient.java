package dev.rondo.etcd.cluster;

import static dev.rondo.etcd.balancer.internal.Blocking.await;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.balancer.internal.Calls;
import java.util.function.Consumer;

/** Awaits the async client. */
final class GrpcAuthClient implements AuthClient {
  private final Calls calls;
  private final AsyncAuthClient awaited;

  GrpcAuthClient(Calls calls) {
    this.calls = calls;
    this.awaited = new GrpcAsyncAuthClient(calls);
  }

  @Override
  public AuthClient with(Consumer<CallSettings.Builder> changes) {
    return new GrpcAuthClient(calls.with(calls.settings().with(changes)));
  }

  @Override
  public AsyncAuthClient async() {
    return new GrpcAsyncAuthClient(calls.async());
  }

  @Override
  public void enable() {
    await(awaited.enable());
  }

  @Override
  public void disable() {
    await(awaited.disable());
  }

  @Override
  public AuthStatus status() {
    return await(awaited.status());
  }

  @Override
  public void addUser(String user, char[] password) {
    await(awaited.addUser(user, password));
  }

  @Override
  public void addUserWithoutPassword(String user) {
    await(awaited.addUserWithoutPassword(user));
  }

  @Override
  public void deleteUser(String user) {
    await(awaited.deleteUser(user));
  }

  @Override
  public void changePassword(String user, char[] password) {
    await(awaited.changePassword(user, password));
  }

  @Override
  public User user(String user) {
    return await(awaited.user(user));
  }

  @Override
  public UserList users() {
    return await(awaited.users());
  }

  @Override
  public void grantRole(String user, String role) {
    await(awaited.grantRole(user, role));
  }

  @Override
  public void revokeRole(String user, String role) {
    await(awaited.revokeRole(user, role));
  }

  @Override
  public void addRole(String role) {
    await(awaited.addRole(role));
  }

  @Override
  public void deleteRole(String role) {
    await(awaited.deleteRole(role));
  }

  @Override
  public Role role(String role) {
    return await(awaited.role(role));
  }

  @Override
  public RoleList roles() {
    return await(awaited.roles());
  }

  @Override
  public void grantPermission(String role, Permission permission) {
    await(awaited.grantPermission(role, permission));
  }

  @Override
  public void revokePermission(String role, KeyRange range) {
    await(awaited.revokePermission(role, range));
  }
}
