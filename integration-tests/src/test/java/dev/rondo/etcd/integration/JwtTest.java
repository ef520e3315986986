package dev.rondo.etcd.integration;

import static dev.rondo.etcd.integration.Guarded.ALICE;
import static dev.rondo.etcd.integration.Guarded.ALICE_PASSWORD;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.cluster.Permission;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdClusterBuilder;
import dev.rondo.etcd.wire.AuthGrpc;
import dev.rondo.etcd.wire.AuthenticateRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tokens that expire: JSON Web Tokens, which any member can check without having given them out.
 */
@Alone
@Timeout(120)
class JwtTest {
  private static final String PROCESSES = "dev.rondo.etcd.integration.Guarded#processes";

  @TempDir private static Path keys;

  @BeforeAll
  static void makeKeys() throws GeneralSecurityException, IOException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    write("public.pem", "PUBLIC KEY", pair.getPublic().getEncoded());
    write("private.pem", "PRIVATE KEY", pair.getPrivate().getEncoded());
  }

  private static void write(String name, String what, byte[] key) throws IOException {
    Files.writeString(
        keys.resolve(name),
        "-----BEGIN "
            + what
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
            + "\n-----END "
            + what
            + "-----\n");
  }

  private static EtcdClusterBuilder cluster(EtcdBackend backend, Duration ttl) {
    return backend
        .cluster()
        .flag(
            "--auth-token=jwt,pub-key="
                + keys.resolve("public.pem")
                + ",priv-key="
                + keys.resolve("private.pem")
                + ",sign-method=RS256,ttl="
                + ttl.toSeconds()
                + "s");
  }

  @ParameterizedTest
  @MethodSource(PROCESSES)
  void twoHundredCallsOnAnExpiredTokenLogInOnce(EtcdBackend backend) {
    var logins = new Guarded.Logins();
    try (var guarded = Guarded.start(cluster(backend, ofSeconds(4)).members(3));
        Etcd alice = guarded.client().user(ALICE, ALICE_PASSWORD).grpc(logins.tuning()).build()) {
      alice.kv().put("a/1", "x");
      try (Etcd other = guarded.client().token(token(guarded)).build()) {
        other.kv().put("a/1", "y");
        logins.lose(true); // the renewal in the background
        await().atMost(ofSeconds(20)).until(() -> isRefused(other)); // which is the younger token
        logins.lose(false);
      }
      int before = logins.count();

      var calls =
          IntStream.range(0, 200).mapToObj(i -> alice.kv().async().put("a/x" + i, "y")).toList();
      calls.forEach(CompletableFuture::join);

      assertThat(logins.count()).isEqualTo(before + 1);
      assertThat(alice.kv().get(KeyRange.prefix("a/x")).kvs())
          .hasSize(200)
          .allMatch(kv -> kv.version() == 1);
    }
  }

  /** Logs in past the client. */
  private static String token(Guarded guarded) {
    URI endpoint = URI.create(guarded.cluster.endpoints().get(0));
    ManagedChannel channel =
        Grpc.newChannelBuilder(endpoint.getAuthority(), InsecureChannelCredentials.create())
            .build();
    try {
      return AuthGrpc.newBlockingStub(channel)
          .authenticate(
              AuthenticateRequest.newBuilder().setName(ALICE).setPassword(ALICE_PASSWORD).build())
          .getToken();
    } finally {
      channel.shutdownNow();
    }
  }

  private static boolean isRefused(Etcd etcd) {
    EtcdException failure = catchThrowableOfType(EtcdException.class, () -> etcd.kv().get("a/1"));
    if (failure != null) {
      assertThat(failure.code()).isEqualTo(Code.INVALID_AUTH_TOKEN);
      assertThat(failure.attempts()).isEqualTo(1);
    }
    return failure != null;
  }

  @ParameterizedTest
  @MethodSource(PROCESSES)
  void aTokenInUseIsRenewedBeforeItExpires(EtcdBackend backend) {
    var logins = new Guarded.Logins();
    var refusals = new AtomicInteger();
    try (var guarded = Guarded.start(cluster(backend, ofSeconds(4)));
        Etcd alice =
            guarded
                .client()
                .user(ALICE, ALICE_PASSWORD)
                .grpc(logins.tuning())
                .listener(
                    event -> {
                      if (event instanceof ConnectionEvent.Retried) {
                        refusals.incrementAndGet();
                      }
                    })
                .build()) {
      await()
          .atMost(ofSeconds(30))
          .pollInterval(Duration.ofMillis(50))
          .until(
              () -> {
                alice.kv().get("a/1");
                return logins.count() == 3;
              });

      assertThat(refusals.get()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(PROCESSES)
  void tokensThatAChangeOfRolesMadeOldAreRenewed(EtcdBackend backend) {
    var logins = new Guarded.Logins();
    try (var guarded = Guarded.start(cluster(backend, Duration.ofMinutes(5)).members(3));
        Etcd root = guarded.root();
        Etcd alice = guarded.client().user(ALICE, ALICE_PASSWORD).grpc(logins.tuning()).build()) {
      alice.kv().put("a/1", "x");
      assertThat(logins.count()).isEqualTo(1);

      root.auth().grantPermission("a", Permission.readWrite(KeyRange.prefix("b/")));
      root.auth().addRole("another");
      alice.kv().put("b/1", "x");
      alice.kv().get("b/1");

      assertThat(logins.count()).isBetween(1, 2);
      assertThat(root.auth().roles().names()).contains("another");
    }
  }

  @ParameterizedTest
  @MethodSource(PROCESSES)
  void noWriteIsAppliedTwiceThoughTokensExpireAndConnectionsAreCut(EtcdBackend backend) {
    var logins = new Guarded.Logins();
    // so short a life that tokens are not renewed before they are refused
    try (var guarded = Guarded.start(cluster(backend, ofSeconds(2)).members(3).bridged());
        Etcd alice = guarded.client().user(ALICE, ALICE_PASSWORD).grpc(logins.tuning()).build()) {
      alice.awaitReady(ofSeconds(10));
      Load load = Load.start(alice.kv(), "a/cut/", 0, 4);

      for (int i = 0; i < 40 || logins.count() < 3; i++) {
        long calls = load.successes();
        await().pollInterval(Duration.ofMillis(5)).until(() -> load.successes() > calls + 10);
        guarded.cluster.member(i % 3).bridge().cut();
      }
      List<Load.Call> calls = load.stop();

      Load.unknownWrites(calls);
      load.assertAppliedAtMostOnce(calls);
    }
  }
}
