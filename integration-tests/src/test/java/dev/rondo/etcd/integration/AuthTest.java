package dev.rondo.etcd.integration;

import static dev.rondo.etcd.integration.Guarded.ALICE;
import static dev.rondo.etcd.integration.Guarded.ALICE_PASSWORD;
import static dev.rondo.etcd.integration.Guarded.ROOT;
import static dev.rondo.etcd.integration.Guarded.ROOT_PASSWORD;
import static dev.rondo.etcd.kv.Compare.version;
import static dev.rondo.etcd.kv.Op.get;
import static dev.rondo.etcd.kv.Op.put;
import static dev.rondo.etcd.kv.Op.txn;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.cluster.Permission;
import dev.rondo.etcd.kv.Txn;
import dev.rondo.etcd.lease.LeaseState;
import dev.rondo.etcd.testing.EtcdBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What users may and may not do, over connections that log in by themselves. */
@Timeout(120)
class AuthTest {
  private static final String BACKENDS = "dev.rondo.etcd.integration.Guarded#backends";

  private static EtcdException failure(Runnable call) {
    EtcdException failure = catchThrowableOfType(EtcdException.class, call::run);
    assertThat(failure).isNotNull();
    return failure;
  }

  private static Code code(Runnable call) {
    return failure(call).code();
  }

  @ParameterizedTest
  @MethodSource(BACKENDS)
  void usersDoWhatTheyMayAndNothingElse(EtcdBackend backend) {
    try (var guarded = Guarded.start(backend);
        Etcd root = guarded.root();
        Etcd alice = guarded.alice()) {
      root.kv().put("public/news", "none");
      root.kv().put("secret", "x");

      alice.kv().put("a/1", "mine");
      assertThat(alice.kv().get("a/1")).isPresent();
      assertThat(alice.kv().get("public/news")).isPresent();

      EtcdException denied = failure(() -> alice.kv().put("public/news", "all well"));
      assertThat(denied.code()).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(denied.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
      assertThat(denied.attempts()).isEqualTo(1);
      assertThat(code(() -> alice.kv().get("secret"))).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(code(() -> alice.kv().get(KeyRange.all()))).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(code(() -> alice.kv().delete("secret"))).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(root.kv().get("public/news").orElseThrow().value().utf8()).isEqualTo("none");

      root.auth().revokePermission("a", KeyRange.prefix("public/"));
      assertThat(code(() -> alice.kv().get("public/news"))).isEqualTo(Code.PERMISSION_DENIED);
      root.auth().grantPermission("a", Permission.readWrite(KeyRange.prefix("public/")));
      alice.kv().put("public/news", "all well");
    }
  }

  @ParameterizedTest
  @MethodSource(BACKENDS)
  void aTransactionIsDeniedAsAWhole(EtcdBackend backend) {
    try (var guarded = Guarded.start(backend);
        Etcd root = guarded.root();
        Etcd alice = guarded.alice()) {
      Runnable writing = () -> alice.kv().txn().then(put("a/x", "x"), put("secret", "x")).commit();
      Runnable compared =
          () ->
              alice.kv().txn().when(version("secret").isEqualTo(0)).then(put("a/x", "x")).commit();
      Runnable reading = () -> alice.kv().txn().then(get("secret")).commit();

      assertThat(code(writing)).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(code(compared)).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(code(reading)).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(root.kv().get(KeyRange.all()).count()).isZero();
      alice.kv().txn().then(put("a/x", "x"), txn(Txn.of(get("a/1")))).commit();
    }
  }

  @ParameterizedTest
  @MethodSource(BACKENDS)
  void aWrongPasswordOrAnUnknownUserFailsEveryCallWithoutAStorm(EtcdBackend backend) {
    var logins = new Guarded.Logins();
    try (var guarded = Guarded.start(backend);
        Etcd wrong = guarded.client().user(ALICE, "guess").grpc(logins.tuning()).build();
        Etcd unknown = guarded.client().user("bob", "guess").build()) {
      long start = System.nanoTime();
      var calls = IntStream.range(0, 500).mapToObj(i -> wrong.kv().async().get("a/1")).toList();

      calls.forEach(call -> assertThat(code(() -> joined(call))).isEqualTo(Code.AUTH_FAILED));

      long halves = Duration.ofNanos(System.nanoTime() - start).toMillis() / 500;
      assertThat(logins.count()).isBetween(1, 1 + (int) halves);
      assertThat(code(() -> unknown.kv().put("a/1", "x"))).isEqualTo(Code.AUTH_FAILED);
    }
  }

  private static <T> void joined(CompletableFuture<T> call) {
    try {
      call.join();
    } catch (CompletionException e) {
      throw (EtcdException) e.getCause();
    }
  }

  @ParameterizedTest
  @MethodSource(BACKENDS)
  void credentialsAreNoTroubleWhileAuthIsOff(EtcdBackend backend) {
    var logins = new Guarded.Logins();
    var events = new CopyOnWriteArrayList<ConnectionEvent>();
    try (var cluster = Guarded.unguarded(backend.cluster());
        Etcd root =
            Etcd.builder()
                .endpoints(cluster.endpoints())
                .user(ROOT, ROOT_PASSWORD)
                .grpc(logins.tuning())
                .listener(events::add)
                .build()) {
      root.kv().put("k", "1");
      root.kv().put("k", "2");
      assertThat(logins.count()).isEqualTo(1);

      root.auth().addUser(ROOT, ROOT_PASSWORD);
      root.auth().grantRole(ROOT, "root");
      root.auth().enable();
      root.kv().put("k", "3"); // logs in now
      root.auth().disable();
      root.kv().put("k", "4"); // with a token that nobody wants
      root.auth().enable();
      root.kv().put("k", "5");

      assertThat(root.kv().get("k").orElseThrow().version()).isEqualTo(5);
      // etcd 3.4 refuses even a token that nobody wants, and then says that auth is off
      assertThat(logins.count()).as("after %s", events).isBetween(2, 4);
    }
  }

  @ParameterizedTest
  @MethodSource(BACKENDS)
  void aTokenLosesItsWorthWithTheUserAndThePasswordIsAskedForAnew(EtcdBackend backend) {
    try (var guarded = Guarded.start(backend);
        Etcd root = guarded.root();
        Etcd alice = guarded.alice()) {
      alice.kv().put("a/1", "x");
      root.auth().changePassword(ALICE, "another");

      assertThat(code(() -> alice.kv().put("a/1", "y"))).isEqualTo(Code.AUTH_FAILED);

      root.auth().changePassword(ALICE, ALICE_PASSWORD);
      await()
          .atMost(ofSeconds(10))
          .ignoreExceptions()
          .until(() -> alice.kv().put("a/1", "y") != null);
      root.auth().deleteUser(ALICE);
      assertThat(code(() -> alice.kv().put("a/1", "z"))).isEqualTo(Code.AUTH_FAILED);
    }
  }

  @ParameterizedTest
  @MethodSource(BACKENDS)
  void callsGoOnWhileUsersAndRolesAreChanged(EtcdBackend backend) {
    try (var guarded = Guarded.start(backend.cluster().members(3));
        Etcd root = guarded.root();
        Etcd alice = guarded.alice()) {
      AtomicBoolean isOver = new AtomicBoolean();
      var writes =
          CompletableFuture.supplyAsync(
              () -> {
                int done = 0;
                while (!isOver.get()) {
                  alice.kv().put("a/counter", "x");
                  alice.kv().get("a/counter");
                  done++;
                }
                return done;
              });

      for (int i = 0; i < 20; i++) {
        root.auth().addUser("user-" + i, "x");
        root.auth().addRole("role-" + i);
        root.auth().grantRole("user-" + i, "role-" + i);
        root.auth().deleteUser("user-" + i);
      }
      isOver.set(true);

      int done = writes.join();
      assertThat(done).isPositive();
      assertThat(alice.kv().get("a/counter").orElseThrow().version()).isEqualTo(done);
    }
  }

  @ParameterizedTest
  @MethodSource(BACKENDS)
  void leasesAreGrantedKeptAndRevokedByUsers(EtcdBackend backend) {
    try (var guarded = Guarded.start(backend);
        Etcd root = guarded.root();
        Etcd alice = guarded.alice()) {
      var changes = new CopyOnWriteArrayList<LeaseState>();
      var lease = alice.leases().keep(ofSeconds(2));
      lease.onChange(status -> changes.add(status.state()));
      alice.kv().put("a/here", "x", put -> put.lease(lease.id()));

      await().atMost(ofSeconds(20)).during(ofSeconds(3)).until(changes::isEmpty);
      assertThat(alice.leases().timeToLiveWithKeys(lease.id()).orElseThrow().keys()).hasSize(1);
      lease.close();
      assertThat(alice.kv().get("a/here")).isEmpty();

      var others = root.leases().grant(ofSeconds(60));
      root.kv().put("secret", "x", put -> put.lease(others.id()));
      assertThat(code(() -> alice.leases().revoke(others.id()))).isEqualTo(Code.PERMISSION_DENIED);
    }
  }

  @ParameterizedTest
  @MethodSource(BACKENDS)
  void maintenanceIsForRoot(EtcdBackend backend, @TempDir Path folder) {
    try (var guarded = Guarded.start(backend);
        Etcd root = guarded.root();
        Etcd alice = guarded.alice()) {
      String endpoint = guarded.cluster.endpoints().get(0);

      var snapshot = root.maintenance().snapshot(endpoint, folder.resolve("backup.db"));

      assertThat(snapshot.size()).isPositive();
      root.maintenance().defragment(endpoint);
      assertThat(code(() -> alice.maintenance().defragment(endpoint)))
          .isEqualTo(Code.PERMISSION_DENIED);
      assertThat(code(() -> alice.maintenance().snapshot(endpoint, folder.resolve("other.db"))))
          .isEqualTo(Code.PERMISSION_DENIED);
    }
  }

  @ParameterizedTest
  @MethodSource(BACKENDS)
  void twoHundredCallsShareOneLoginAfterAMemberThatKnewTheTokenWasRestarted(EtcdBackend backend) {
    var logins = new Guarded.Logins();
    try (var guarded = Guarded.start(backend.cluster().members(3));
        Etcd alice = guarded.client().user(ALICE, ALICE_PASSWORD).grpc(logins.tuning()).build()) {
      alice
          .kv()
          .put("a/1", "x"); // two logins, if it meets a member that has yet to hear of the first
      var before = logins.count();
      assertThat(before).isBetween(1, 2);
      var member = guarded.cluster.followers().get(0);
      member.stop(); // in good order, so that it does not find the login in its log again
      member.restart();
      member.awaitReady();
      await().atMost(ofSeconds(20)).until(() -> isConnectedToAll(alice));

      var calls =
          IntStream.range(0, 200).mapToObj(i -> alice.kv().async().put("a/" + i, "y")).toList();
      calls.forEach(CompletableFuture::join);

      assertThat(logins.count()).isEqualTo(before + 1);
      for (int i = 0; i < 200; i++) {
        assertThat(alice.kv().get("a/" + i).orElseThrow().version()).isEqualTo(i == 1 ? 2 : 1);
      }
    }
  }

  private static boolean isConnectedToAll(Etcd etcd) {
    return AllConnected.of(etcd.connection());
  }
}
