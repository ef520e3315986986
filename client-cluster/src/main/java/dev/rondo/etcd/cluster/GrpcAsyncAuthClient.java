package dev.rondo.etcd.cluster;

import static dev.rondo.etcd.balancer.internal.Wire.bytes;
import static dev.rondo.etcd.balancer.internal.Wire.header;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Passwords;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.TwoSteps;
import dev.rondo.etcd.wire.AuthDisableRequest;
import dev.rondo.etcd.wire.AuthDisableResponse;
import dev.rondo.etcd.wire.AuthEnableRequest;
import dev.rondo.etcd.wire.AuthEnableResponse;
import dev.rondo.etcd.wire.AuthGrpc;
import dev.rondo.etcd.wire.AuthRoleAddRequest;
import dev.rondo.etcd.wire.AuthRoleAddResponse;
import dev.rondo.etcd.wire.AuthRoleDeleteRequest;
import dev.rondo.etcd.wire.AuthRoleDeleteResponse;
import dev.rondo.etcd.wire.AuthRoleGetRequest;
import dev.rondo.etcd.wire.AuthRoleGetResponse;
import dev.rondo.etcd.wire.AuthRoleGrantPermissionRequest;
import dev.rondo.etcd.wire.AuthRoleGrantPermissionResponse;
import dev.rondo.etcd.wire.AuthRoleListRequest;
import dev.rondo.etcd.wire.AuthRoleListResponse;
import dev.rondo.etcd.wire.AuthRoleRevokePermissionRequest;
import dev.rondo.etcd.wire.AuthRoleRevokePermissionResponse;
import dev.rondo.etcd.wire.AuthStatusRequest;
import dev.rondo.etcd.wire.AuthStatusResponse;
import dev.rondo.etcd.wire.AuthUserAddRequest;
import dev.rondo.etcd.wire.AuthUserAddResponse;
import dev.rondo.etcd.wire.AuthUserChangePasswordRequest;
import dev.rondo.etcd.wire.AuthUserChangePasswordResponse;
import dev.rondo.etcd.wire.AuthUserDeleteRequest;
import dev.rondo.etcd.wire.AuthUserDeleteResponse;
import dev.rondo.etcd.wire.AuthUserGetRequest;
import dev.rondo.etcd.wire.AuthUserGetResponse;
import dev.rondo.etcd.wire.AuthUserGrantRoleRequest;
import dev.rondo.etcd.wire.AuthUserGrantRoleResponse;
import dev.rondo.etcd.wire.AuthUserListRequest;
import dev.rondo.etcd.wire.AuthUserListResponse;
import dev.rondo.etcd.wire.AuthUserRevokeRoleRequest;
import dev.rondo.etcd.wire.AuthUserRevokeRoleResponse;
import dev.rondo.etcd.wire.UserAddOptions;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** etcd's Auth service, but for the login, which is the connection's. */
final class GrpcAsyncAuthClient implements AsyncAuthClient {
  private static final Rpc<AuthEnableRequest, AuthEnableResponse> ENABLE =
      Rpc.write("auth enable", AuthGrpc.getAuthEnableMethod(), AuthEnableResponse::getHeader);
  private static final Rpc<AuthDisableRequest, AuthDisableResponse> DISABLE =
      Rpc.write("auth disable", AuthGrpc.getAuthDisableMethod(), AuthDisableResponse::getHeader);
  private static final Rpc<AuthStatusRequest, AuthStatusResponse> STATUS =
      Rpc.read("auth status", AuthGrpc.getAuthStatusMethod(), AuthStatusResponse::getHeader);
  private static final Rpc<AuthUserAddRequest, AuthUserAddResponse> USER_ADD =
      Rpc.write("user add", AuthGrpc.getUserAddMethod(), AuthUserAddResponse::getHeader);
  private static final Rpc<AuthUserDeleteRequest, AuthUserDeleteResponse> USER_DELETE =
      Rpc.write("user delete", AuthGrpc.getUserDeleteMethod(), AuthUserDeleteResponse::getHeader);
  private static final Rpc<AuthUserChangePasswordRequest, AuthUserChangePasswordResponse>
      USER_CHANGE_PASSWORD =
          Rpc.write(
              "user change password",
              AuthGrpc.getUserChangePasswordMethod(),
              AuthUserChangePasswordResponse::getHeader);
  private static final Rpc<AuthUserGetRequest, AuthUserGetResponse> USER_GET =
      Rpc.read("user get", AuthGrpc.getUserGetMethod(), AuthUserGetResponse::getHeader);
  private static final Rpc<AuthUserListRequest, AuthUserListResponse> USER_LIST =
      Rpc.read("user list", AuthGrpc.getUserListMethod(), AuthUserListResponse::getHeader);
  private static final Rpc<AuthUserGrantRoleRequest, AuthUserGrantRoleResponse> USER_GRANT_ROLE =
      Rpc.write(
          "user grant role",
          AuthGrpc.getUserGrantRoleMethod(),
          AuthUserGrantRoleResponse::getHeader);
  private static final Rpc<AuthUserRevokeRoleRequest, AuthUserRevokeRoleResponse> USER_REVOKE_ROLE =
      Rpc.write(
          "user revoke role",
          AuthGrpc.getUserRevokeRoleMethod(),
          AuthUserRevokeRoleResponse::getHeader);
  private static final Rpc<AuthRoleAddRequest, AuthRoleAddResponse> ROLE_ADD =
      Rpc.write("role add", AuthGrpc.getRoleAddMethod(), AuthRoleAddResponse::getHeader);
  private static final Rpc<AuthRoleDeleteRequest, AuthRoleDeleteResponse> ROLE_DELETE =
      Rpc.write("role delete", AuthGrpc.getRoleDeleteMethod(), AuthRoleDeleteResponse::getHeader);
  private static final Rpc<AuthRoleGetRequest, AuthRoleGetResponse> ROLE_GET =
      Rpc.read("role get", AuthGrpc.getRoleGetMethod(), AuthRoleGetResponse::getHeader);
  private static final Rpc<AuthRoleListRequest, AuthRoleListResponse> ROLE_LIST =
      Rpc.read("role list", AuthGrpc.getRoleListMethod(), AuthRoleListResponse::getHeader);
  private static final Rpc<AuthRoleGrantPermissionRequest, AuthRoleGrantPermissionResponse>
      ROLE_GRANT_PERMISSION =
          Rpc.write(
              "role grant permission",
              AuthGrpc.getRoleGrantPermissionMethod(),
              AuthRoleGrantPermissionResponse::getHeader);
  private static final Rpc<AuthRoleRevokePermissionRequest, AuthRoleRevokePermissionResponse>
      ROLE_REVOKE_PERMISSION =
          Rpc.write(
              "role revoke permission",
              AuthGrpc.getRoleRevokePermissionMethod(),
              AuthRoleRevokePermissionResponse::getHeader);

  private final Calls calls;

  GrpcAsyncAuthClient(Calls calls) {
    this.calls = calls;
  }

  @Override
  public AsyncAuthClient with(Consumer<CallSettings.Builder> changes) {
    return new GrpcAsyncAuthClient(calls.with(calls.settings().with(changes)));
  }

  @Override
  public CompletableFuture<Void> enable() {
    return change(ENABLE, AuthEnableRequest.getDefaultInstance());
  }

  @Override
  public CompletableFuture<Void> disable() {
    return change(DISABLE, AuthDisableRequest.getDefaultInstance());
  }

  @Override
  public CompletableFuture<AuthStatus> status() {
    return calls.call(
        STATUS,
        AuthStatusRequest.getDefaultInstance(),
        answer ->
            new AuthStatus(
                header(answer.getHeader()), answer.getEnabled(), answer.getAuthRevision()));
  }

  @Override
  public CompletableFuture<Void> addUser(String user, char[] password) {
    return change(
        USER_ADD,
        AuthUserAddRequest.newBuilder()
            .setName(named("user", user))
            .setPasswordBytes(encoded(password))
            .build());
  }

  @Override
  public CompletableFuture<Void> addUserWithoutPassword(String user) {
    return change(
        USER_ADD,
        AuthUserAddRequest.newBuilder()
            .setName(named("user", user))
            .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
            .build());
  }

  @Override
  public CompletableFuture<Void> deleteUser(String user) {
    return removal(
        USER_DELETE,
        AuthUserDeleteRequest.newBuilder().setName(named("user", user)).build(),
        Code.USER_NOT_FOUND);
  }

  @Override
  public CompletableFuture<Void> changePassword(String user, char[] password) {
    return change(
        USER_CHANGE_PASSWORD,
        AuthUserChangePasswordRequest.newBuilder()
            .setName(named("user", user))
            .setPasswordBytes(encoded(password))
            .build());
  }

  @Override
  public CompletableFuture<User> user(String user) {
    return calls.call(
        USER_GET,
        AuthUserGetRequest.newBuilder().setName(named("user", user)).build(),
        answer -> new User(header(answer.getHeader()), user, answer.getRolesList()));
  }

  @Override
  public CompletableFuture<UserList> users() {
    return calls.call(
        USER_LIST,
        AuthUserListRequest.getDefaultInstance(),
        answer -> new UserList(header(answer.getHeader()), answer.getUsersList()));
  }

  @Override
  public CompletableFuture<Void> grantRole(String user, String role) {
    return change(
        USER_GRANT_ROLE,
        AuthUserGrantRoleRequest.newBuilder()
            .setUser(named("user", user))
            .setRole(named("role", role))
            .build());
  }

  @Override
  public CompletableFuture<Void> revokeRole(String user, String role) {
    return removal(
        USER_REVOKE_ROLE,
        AuthUserRevokeRoleRequest.newBuilder()
            .setName(named("user", user))
            .setRole(named("role", role))
            .build(),
        Code.ROLE_NOT_GRANTED);
  }

  @Override
  public CompletableFuture<Void> addRole(String role) {
    return change(ROLE_ADD, AuthRoleAddRequest.newBuilder().setName(named("role", role)).build());
  }

  @Override
  public CompletableFuture<Void> deleteRole(String role) {
    return removal(
        ROLE_DELETE,
        AuthRoleDeleteRequest.newBuilder().setRole(named("role", role)).build(),
        Code.ROLE_NOT_FOUND);
  }

  @Override
  public CompletableFuture<Role> role(String role) {
    return calls.call(
        ROLE_GET,
        AuthRoleGetRequest.newBuilder().setRole(named("role", role)).build(),
        answer ->
            new Role(header(answer.getHeader()), role, Permissions.read(answer.getPermList())));
  }

  @Override
  public CompletableFuture<RoleList> roles() {
    return calls.call(
        ROLE_LIST,
        AuthRoleListRequest.getDefaultInstance(),
        answer -> new RoleList(header(answer.getHeader()), answer.getRolesList()));
  }

  @Override
  public CompletableFuture<Void> grantPermission(String role, Permission permission) {
    return change(
        ROLE_GRANT_PERMISSION,
        AuthRoleGrantPermissionRequest.newBuilder()
            .setName(named("role", role))
            .setPerm(Permissions.written(permission))
            .build());
  }

  @Override
  public CompletableFuture<Void> revokePermission(String role, KeyRange range) {
    return removal(
        ROLE_REVOKE_PERMISSION,
        AuthRoleRevokePermissionRequest.newBuilder()
            .setRole(named("role", role))
            .setKey(bytes(range.start()))
            .setRangeEnd(bytes(range.end()))
            .build(),
        Code.PERMISSION_NOT_GRANTED);
  }

  private <Q, R> CompletableFuture<Void> change(Rpc<Q, R> rpc, Q request) {
    return calls.call(rpc, request, answer -> null);
  }

  /**
   * Takes something away. That an attempt finds it gone after one whose fate is unknown, which only
   * a caller's word that it may be repeated brings about, is what was wanted. The same is not true
   * of what is added: who finds it there cannot know whose it is.
   */
  private <Q, R> CompletableFuture<Void> removal(Rpc<Q, R> rpc, Q request, Code gone) {
    CompletableFuture<Void> removed = change(rpc, request);
    return TwoSteps.of(
        rpc.operation(),
        removed,
        (nothing, failure) ->
            failure instanceof EtcdException refused
                    && refused.code() == gone
                    && refused.outcome() == WriteOutcome.UNKNOWN
                ? CompletableFuture.completedFuture(null)
                : removed);
  }

  private static String named(String what, String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException(what + " must have at least one character, was empty");
    }
    return name;
  }

  private static ByteString encoded(char[] password) {
    return UnsafeByteOperations.unsafeWrap(Passwords.encoded(password));
  }
}
