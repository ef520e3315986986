package dev.rondo.etcd.integration;

import static dev.rondo.etcd.integration.Guarded.ALICE;
import static dev.rondo.etcd.integration.Guarded.ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.cluster.AuthClient;
import dev.rondo.etcd.cluster.AuthStatus;
import dev.rondo.etcd.cluster.Permission;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Users, roles and permissions of a real cluster, with authentication off and on. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Guarded#backends")
@Timeout(120)
class AuthAdministrationTest {
  @Parameter EtcdBackend backend;

  private EtcdCluster cluster;
  private Etcd etcd;
  private AuthClient auth;

  @BeforeEach
  void start() {
    cluster = Guarded.unguarded(backend.cluster());
    etcd = Etcd.builder().endpoints(cluster.endpoints()).user(ROOT, "secret").build();
    auth = etcd.auth();
  }

  @AfterEach
  void close() {
    etcd.close();
    cluster.close();
  }

  private static Code code(Runnable call) {
    EtcdException failure = catchThrowableOfType(EtcdException.class, call::run);
    assertThat(failure).isNotNull();
    return failure.code();
  }

  private void enable() {
    auth.addUser(ROOT, "secret");
    auth.grantRole(ROOT, "root");
    auth.enable();
  }

  @Test
  void usersComeAndGo() {
    auth.addUser(ALICE, "one");
    auth.addUserWithoutPassword("machine");
    assertThat(auth.users().names()).containsExactlyInAnyOrder(ALICE, "machine");
    assertThat(code(() -> auth.addUser(ALICE, "two"))).isEqualTo(Code.USER_ALREADY_EXIST);

    auth.deleteUser(ALICE);

    assertThat(auth.users().names()).containsExactly("machine");
    assertThat(code(() -> auth.deleteUser(ALICE))).isEqualTo(Code.USER_NOT_FOUND);
    assertThat(code(() -> auth.user(ALICE))).isEqualTo(Code.USER_NOT_FOUND);
    assertThat(code(() -> auth.changePassword(ALICE, "x"))).isEqualTo(Code.USER_NOT_FOUND);
    auth.addUser(ALICE, "again");
    assertThat(auth.user(ALICE).roles()).isEmpty();
  }

  @Test
  void rolesAreGrantedAndRevoked() {
    auth.addUser(ALICE, "one");
    auth.addRole("reader");
    auth.addRole("writer");
    assertThat(code(() -> auth.addRole("reader"))).isEqualTo(Code.ROLE_ALREADY_EXIST);
    assertThat(code(() -> auth.grantRole(ALICE, "nothing"))).isEqualTo(Code.ROLE_NOT_FOUND);
    assertThat(code(() -> auth.grantRole("nobody", "reader"))).isEqualTo(Code.USER_NOT_FOUND);

    auth.grantRole(ALICE, "reader");
    auth.grantRole(ALICE, "writer");
    auth.grantRole(ALICE, "writer");

    assertThat(auth.user(ALICE).roles()).containsExactly("reader", "writer");
    assertThat(auth.roles().names()).containsExactlyInAnyOrder("reader", "writer");
    auth.revokeRole(ALICE, "reader");
    assertThat(code(() -> auth.revokeRole(ALICE, "reader"))).isEqualTo(Code.ROLE_NOT_GRANTED);
    auth.deleteRole("writer");
    assertThat(code(() -> auth.deleteRole("writer"))).isEqualTo(Code.ROLE_NOT_FOUND);
    assertThat(auth.user(ALICE).roles()).isEmpty();
    assertThat(auth.roles().names()).containsExactly("reader");
  }

  @Test
  void permissionsAreForAKeyAPrefixARangeOrAllKeys() {
    List<Permission> permissions =
        List.of(
            Permission.read(KeyRange.key("one")),
            Permission.write(KeyRange.prefix("orders/")),
            Permission.readWrite(KeyRange.interval("a", "c")),
            Permission.read(KeyRange.from("z")),
            Permission.write(KeyRange.all()));
    auth.addRole("r");

    permissions.forEach(permission -> auth.grantPermission("r", permission));

    assertThat(auth.role("r").permissions()).containsExactlyInAnyOrderElementsOf(permissions);
    auth.grantPermission("r", Permission.readWrite(KeyRange.key("one")));
    assertThat(auth.role("r").permissions())
        .hasSize(5)
        .contains(Permission.readWrite(KeyRange.key("one")));
    for (Permission permission : permissions) {
      auth.revokePermission("r", permission.range());
    }
    assertThat(auth.role("r").permissions()).isEmpty();
    assertThat(code(() -> auth.revokePermission("r", KeyRange.key("one"))))
        .isEqualTo(Code.PERMISSION_NOT_GRANTED);
    assertThat(code(() -> auth.grantPermission("x", permissions.get(0))))
        .isEqualTo(Code.ROLE_NOT_FOUND);
    assertThat(code(() -> auth.role("x"))).isEqualTo(Code.ROLE_NOT_FOUND);
  }

  @Test
  void rangesOfOtherClientsAreReadAsWhatTheyPermit() {
    auth.addRole("r");
    cluster.etcdctl("role", "grant-permission", "r", "read", "", "--prefix");
    cluster.etcdctl("role", "grant-permission", "r", "write", "k", "--from-key");

    assertThat(auth.role("r").permissions())
        .containsExactlyInAnyOrder(
            Permission.read(KeyRange.all()), Permission.write(KeyRange.from("k")));
    auth.grantPermission("r", Permission.read(KeyRange.key(Bytes.of((byte) 0))));
    assertThat(auth.role("r").permissions()).hasSize(3);
  }

  @Test
  void authIsEnabledOnceThereIsARootAndDisabledAgain() {
    assertThat(code(auth::enable)).isEqualTo(Code.ROOT_USER_NOT_EXIST);
    auth.addUser(ROOT, "secret");
    assertThat(code(auth::enable)).isEqualTo(Code.ROOT_ROLE_NOT_EXIST);
    auth.grantRole(ROOT, "root");

    auth.enable();
    auth.enable();
    try (Etcd nobody = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      assertThat(code(() -> nobody.kv().put("k", "v"))).isEqualTo(Code.USER_EMPTY);
      assertThat(code(() -> nobody.kv().get("k"))).isEqualTo(Code.USER_EMPTY);
      etcd.kv().put("k", "v");

      auth.disable();
      auth.disable();

      nobody.kv().put("k", "v2");
    }
    etcd.kv().put("k", "v3"); // with the token from before
  }

  @Test
  void rootStaysWhileAuthIsOn() {
    enable();

    assertThat(code(() -> auth.deleteUser(ROOT))).isEqualTo(Code.INVALID_AUTH_MANAGEMENT);
    assertThat(code(() -> auth.revokeRole(ROOT, "root"))).isEqualTo(Code.INVALID_AUTH_MANAGEMENT);
    assertThat(code(() -> auth.deleteRole("root"))).isEqualTo(Code.INVALID_AUTH_MANAGEMENT);
    auth.disable();
  }

  @Test
  void theStatusTellsWhetherAuthIsOn() {
    if (!backend.version().isAtLeast(3, 5)) {
      assertThat(code(auth::status)).isEqualTo(Code.UNIMPLEMENTED);
      return;
    }
    AuthStatus before = auth.status();
    enable();
    AuthStatus after = auth.status();

    assertThat(before.isEnabled()).isFalse();
    assertThat(before.authRevision()).isEqualTo(1);
    assertThat(after.isEnabled()).isTrue();
    assertThat(after.authRevision()).isGreaterThan(2);
    try (Etcd nobody = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      if (backend.version().isAtLeast(3, 7)) {
        assertThat(nobody.auth().status().isEnabled()).isTrue();
      } else {
        assertThat(code(() -> nobody.auth().status())).isEqualTo(Code.USER_EMPTY);
      }
    }
  }

  @Test
  void onlyRootAdministersAndUsersSeeThemselves() {
    enable();
    auth.addUser(ALICE, "one");
    auth.addRole("reader");
    auth.grantRole(ALICE, "reader");

    try (Etcd alice = Etcd.builder().endpoints(cluster.endpoints()).user(ALICE, "one").build()) {
      assertThat(alice.auth().user(ALICE).roles()).containsExactly("reader");
      assertThat(alice.auth().role("reader").permissions()).isEmpty();
      assertThat(code(() -> alice.auth().users())).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(code(() -> alice.auth().user(ROOT))).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(code(() -> alice.auth().addUser("bob", "x"))).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(code(() -> alice.auth().disable())).isEqualTo(Code.PERMISSION_DENIED);
    }
  }
}
