package dev.rondo.etcd.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.ResponseHeader;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Rpc;
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
import dev.rondo.etcd.wire.AuthRoleListResponse;
import dev.rondo.etcd.wire.AuthRoleRevokePermissionRequest;
import dev.rondo.etcd.wire.AuthRoleRevokePermissionResponse;
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
import dev.rondo.etcd.wire.AuthUserListResponse;
import dev.rondo.etcd.wire.AuthUserRevokeRoleRequest;
import dev.rondo.etcd.wire.AuthUserRevokeRoleResponse;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AuthClientTest {
  private static final dev.rondo.etcd.wire.ResponseHeader WIRE_HEADER =
      dev.rondo.etcd.wire.ResponseHeader.newBuilder()
          .setClusterId(7)
          .setMemberId(8)
          .setRaftTerm(9)
          .build();
  private static final ResponseHeader HEADER =
      new ResponseHeader(7, MemberId.of(8), Revision.NONE, 9);

  private final FakeCalls calls = new FakeCalls();
  private final AuthClient auth = new GrpcAuthClient(calls);

  private <Q, R> void reply(MethodDescriptor<Q, R> method, R answer) {
    calls.reply(method, answer);
  }

  /** What was sent, as the change that it was. */
  private <Q extends Message> Q change(Class<Q> type) {
    assertThat(calls.last().rpc().kind()).isEqualTo(Rpc.Kind.WRITE);
    assertThat(calls.last().rpc().requiresLeader()).isTrue();
    return calls.last().request(type);
  }

  private void assertIsRead() {
    assertThat(calls.last().rpc().kind()).isEqualTo(Rpc.Kind.READ);
    assertThat(calls.last().rpc().requiresLeader()).isTrue();
  }

  @Test
  void turnsAuthOnAndOff() {
    reply(AuthGrpc.getAuthEnableMethod(), AuthEnableResponse.getDefaultInstance());
    reply(AuthGrpc.getAuthDisableMethod(), AuthDisableResponse.getDefaultInstance());

    auth.enable();
    assertThat(change(AuthEnableRequest.class)).isNotNull();
    auth.disable();
    assertThat(change(AuthDisableRequest.class)).isNotNull();
  }

  @Test
  void tellsTheStatus() {
    reply(
        AuthGrpc.getAuthStatusMethod(),
        AuthStatusResponse.newBuilder()
            .setHeader(WIRE_HEADER)
            .setEnabled(true)
            .setAuthRevision(12)
            .build());

    assertThat(auth.status()).isEqualTo(new AuthStatus(HEADER, true, 12));
    assertIsRead();
  }

  @Test
  void addsUsersWithAndWithoutAPassword() {
    reply(AuthGrpc.getUserAddMethod(), AuthUserAddResponse.getDefaultInstance());

    auth.addUser("alice", "pässword");
    var request = change(AuthUserAddRequest.class);
    assertThat(request.getName()).isEqualTo("alice");
    assertThat(request.getPassword()).isEqualTo("pässword");
    assertThat(request.getOptions().getNoPassword()).isFalse();
    char[] password = {'x', 'y'};
    auth.addUser("bob", password);
    assertThat(change(AuthUserAddRequest.class).getPassword()).isEqualTo("xy");
    assertThat(password).containsExactly('x', 'y');

    auth.addUserWithoutPassword("machine");
    request = change(AuthUserAddRequest.class);
    assertThat(request.getName()).isEqualTo("machine");
    assertThat(request.getPassword()).isEmpty();
    assertThat(request.getOptions().getNoPassword()).isTrue();
  }

  @Test
  void changesPasswordsAndDeletesUsers() {
    reply(
        AuthGrpc.getUserChangePasswordMethod(),
        AuthUserChangePasswordResponse.getDefaultInstance());
    reply(AuthGrpc.getUserDeleteMethod(), AuthUserDeleteResponse.getDefaultInstance());

    auth.changePassword("alice", "new");
    var changed = change(AuthUserChangePasswordRequest.class);
    assertThat(changed.getName()).isEqualTo("alice");
    assertThat(changed.getPassword()).isEqualTo("new");
    auth.deleteUser("alice");
    assertThat(change(AuthUserDeleteRequest.class).getName()).isEqualTo("alice");
  }

  @Test
  void looksAtUsersAndListsThem() {
    reply(
        AuthGrpc.getUserGetMethod(),
        AuthUserGetResponse.newBuilder()
            .setHeader(WIRE_HEADER)
            .addRoles("a")
            .addRoles("b")
            .build());
    reply(
        AuthGrpc.getUserListMethod(),
        AuthUserListResponse.newBuilder().setHeader(WIRE_HEADER).addUsers("alice").build());

    assertThat(auth.user("alice")).isEqualTo(new User(HEADER, "alice", List.of("a", "b")));
    assertIsRead();
    assertThat(calls.last().request(AuthUserGetRequest.class).getName()).isEqualTo("alice");
    assertThat(auth.users()).isEqualTo(new UserList(HEADER, List.of("alice")));
    assertIsRead();
  }

  @Test
  void grantsAndRevokesRoles() {
    reply(AuthGrpc.getUserGrantRoleMethod(), AuthUserGrantRoleResponse.getDefaultInstance());
    reply(AuthGrpc.getUserRevokeRoleMethod(), AuthUserRevokeRoleResponse.getDefaultInstance());

    auth.grantRole("alice", "reader");
    var granted = change(AuthUserGrantRoleRequest.class);
    assertThat(granted.getUser()).isEqualTo("alice");
    assertThat(granted.getRole()).isEqualTo("reader");
    auth.revokeRole("alice", "reader");
    var revoked = change(AuthUserRevokeRoleRequest.class);
    assertThat(revoked.getName()).isEqualTo("alice");
    assertThat(revoked.getRole()).isEqualTo("reader");
  }

  @Test
  void addsListsAndDeletesRoles() {
    reply(AuthGrpc.getRoleAddMethod(), AuthRoleAddResponse.getDefaultInstance());
    reply(AuthGrpc.getRoleDeleteMethod(), AuthRoleDeleteResponse.getDefaultInstance());
    reply(
        AuthGrpc.getRoleListMethod(),
        AuthRoleListResponse.newBuilder().setHeader(WIRE_HEADER).addRoles("reader").build());

    auth.addRole("reader");
    assertThat(change(AuthRoleAddRequest.class).getName()).isEqualTo("reader");
    assertThat(auth.roles()).isEqualTo(new RoleList(HEADER, List.of("reader")));
    assertIsRead();
    auth.deleteRole("reader");
    assertThat(change(AuthRoleDeleteRequest.class).getRole()).isEqualTo("reader");
  }

  @Test
  void grantsAndRevokesPermissions() {
    reply(
        AuthGrpc.getRoleGrantPermissionMethod(),
        AuthRoleGrantPermissionResponse.getDefaultInstance());
    reply(
        AuthGrpc.getRoleRevokePermissionMethod(),
        AuthRoleRevokePermissionResponse.getDefaultInstance());

    auth.grantPermission("r", Permission.readWrite(KeyRange.prefix("a/")));
    var granted = change(AuthRoleGrantPermissionRequest.class);
    assertThat(granted.getName()).isEqualTo("r");
    assertThat(granted.getPerm()).isEqualTo(permission(2, "a/", "a0"));
    auth.grantPermission("r", Permission.read(KeyRange.key("k")));
    assertThat(change(AuthRoleGrantPermissionRequest.class).getPerm())
        .isEqualTo(permission(0, "k", ""));
    auth.grantPermission("r", Permission.write(KeyRange.all()));
    assertThat(change(AuthRoleGrantPermissionRequest.class).getPerm())
        .isEqualTo(permission(1, "\0", "\0"));

    auth.revokePermission("r", KeyRange.prefix("a/"));
    var revoked = change(AuthRoleRevokePermissionRequest.class);
    assertThat(revoked.getRole()).isEqualTo("r");
    assertThat(revoked.getKey().toStringUtf8()).isEqualTo("a/");
    assertThat(revoked.getRangeEnd().toStringUtf8()).isEqualTo("a0");
  }

  private static dev.rondo.etcd.wire.Permission permission(int type, String key, String end) {
    return dev.rondo.etcd.wire.Permission.newBuilder()
        .setPermTypeValue(type)
        .setKey(ByteString.copyFromUtf8(key))
        .setRangeEnd(ByteString.copyFromUtf8(end))
        .build();
  }

  @Test
  void readsPermissionsAsWhatTheyPermit() {
    replyToRoleGet(
        permission(0, "k", ""),
        permission(1, "a", "c"),
        permission(2, "", "\0"),
        permission(0, "", "b"),
        permission(0, "", ""),
        permission(0, "c", "a"),
        permission(0, "c", "c"));

    assertThat(auth.role("r"))
        .isEqualTo(
            new Role(
                HEADER,
                "r",
                List.of(
                    Permission.read(KeyRange.key("k")),
                    Permission.write(KeyRange.interval("a", "c")),
                    Permission.readWrite(KeyRange.all()),
                    Permission.read(KeyRange.interval(Bytes.of((byte) 0), Bytes.utf8("b"))))));
    assertIsRead();
    assertThat(calls.last().request(AuthRoleGetRequest.class).getRole()).isEqualTo("r");
  }

  private void replyToRoleGet(dev.rondo.etcd.wire.Permission... permissions) {
    reply(
        AuthGrpc.getRoleGetMethod(),
        AuthRoleGetResponse.newBuilder()
            .setHeader(WIRE_HEADER)
            .addAllPerm(List.of(permissions))
            .build());
  }

  @Test
  void aKindOfPermissionThatNobodyKnowsIsAMalformedAnswer() {
    assertThatThrownBy(() -> Permissions.read(List.of(permission(7, "k", ""))))
        .isInstanceOfSatisfying(
            EtcdException.class, e -> assertThat(e.code()).isEqualTo(Code.MALFORMED_ANSWER))
        .hasMessageContaining("unknown kind of permission, 7");
  }

  @Test
  void whatIsGoneAfterAnAttemptOfUnknownOutcomeWasTakenAway() {
    calls.on(AuthGrpc.getUserDeleteMethod(), (e, request) -> fail(Code.USER_NOT_FOUND));
    calls.on(AuthGrpc.getRoleDeleteMethod(), (e, request) -> fail(Code.ROLE_NOT_FOUND));
    calls.on(AuthGrpc.getUserRevokeRoleMethod(), (e, request) -> fail(Code.ROLE_NOT_GRANTED));
    calls.on(
        AuthGrpc.getRoleRevokePermissionMethod(),
        (e, request) -> fail(Code.PERMISSION_NOT_GRANTED));

    auth.deleteUser("alice");
    auth.deleteRole("reader");
    auth.revokeRole("alice", "reader");
    auth.revokePermission("reader", KeyRange.all());

    assertThat(calls.made()).hasSize(4);
  }

  @Test
  void anotherFailureAfterAnAttemptOfUnknownOutcomeStaysAFailure() {
    calls.on(AuthGrpc.getUserDeleteMethod(), (e, request) -> fail(Code.ROLE_NOT_FOUND));
    calls.on(AuthGrpc.getUserAddMethod(), (e, request) -> fail(Code.USER_ALREADY_EXIST));

    for (Runnable call :
        List.<Runnable>of(() -> auth.deleteUser("alice"), () -> auth.addUser("alice", "x"))) {
      assertThatThrownBy(call::run).isInstanceOf(EtcdException.class);
    }
  }

  private static <R> CompletableFuture<R> fail(Code code) {
    return CompletableFuture.failedFuture(
        new EtcdException(
            code, WriteOutcome.UNKNOWN, new EtcdException.Call("x", null, 2), "refused", null));
  }

  @Test
  void refusesEmptyNamesAndPasswords() {
    String user = "user must have at least one character, was empty";
    String role = "role must have at least one character, was empty";
    String password = "password must have at least one character, was empty";

    assertIsRefused(user, () -> auth.addUser("", "x"));
    assertIsRefused(user, () -> auth.addUserWithoutPassword(""));
    assertIsRefused(user, () -> auth.deleteUser(""));
    assertIsRefused(user, () -> auth.changePassword("", "x"));
    assertIsRefused(user, () -> auth.user(""));
    assertIsRefused(user, () -> auth.grantRole("", "r"));
    assertIsRefused(user, () -> auth.revokeRole("", "r"));
    assertIsRefused(role, () -> auth.grantRole("u", ""));
    assertIsRefused(role, () -> auth.revokeRole("u", ""));
    assertIsRefused(role, () -> auth.addRole(""));
    assertIsRefused(role, () -> auth.deleteRole(""));
    assertIsRefused(role, () -> auth.role(""));
    assertIsRefused(role, () -> auth.grantPermission("", Permission.read(KeyRange.all())));
    assertIsRefused(role, () -> auth.revokePermission("", KeyRange.all()));
    assertIsRefused(password, () -> auth.addUser("u", ""));
    assertIsRefused(password, () -> auth.changePassword("u", new char[0]));
    assertThat(calls.made()).isEmpty();
  }

  private static void assertIsRefused(String message, Runnable call) {
    assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
  }
}
