package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.ConnectionEvent.CredentialsReloaded;
import dev.rondo.etcd.balancer.EndpointStatus.State;
import dev.rondo.etcd.balancer.Tls;
import dev.rondo.etcd.testing.CertificateFiles;
import dev.rondo.etcd.testing.Certificates;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All certificates are replaced by those of another CA, as operators do it, under load. */
@Alone
@Timeout(180)
class CertificateRotationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int CALLERS_OF_A_KIND = 8;

  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  private final AtomicBoolean isOver = new AtomicBoolean();
  private final AtomicLong calls = new AtomicLong();
  @TempDir private Path folder;

  static List<EtcdBackend> backends() {
    return Lengths.backends();
  }

  private Path copy(Path from, String name) throws IOException {
    return replace(from, folder.resolve(name));
  }

  /** At once, as a file that is renamed. */
  private static Path replace(Path from, Path to) throws IOException {
    Path beside = Files.copy(from, to.resolveSibling(to.getFileName() + ".next"));
    return Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void append(Path ca, Path bundle) throws IOException {
    Files.writeString(bundle, Files.readString(ca), StandardOpenOption.APPEND);
  }

  private void show(CertificateFiles identity) throws IOException {
    copy(identity.certificate(), "client.pem");
    copy(identity.key(), "client.key");
  }

  private long reloads() {
    return events.stream().filter(CredentialsReloaded.class::isInstance).count();
  }

  /** Waits until the client has taken what changed, and each bridge was gone through once more. */
  private void awaitRenewal(EtcdCluster cluster, Step step) throws IOException {
    long reloads = reloads();
    List<Long> before =
        cluster.members().stream().map(member -> member.bridge().accepted()).toList();

    step.take();

    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              for (int i = 0; i < before.size(); i++) {
                if (cluster.member(i).bridge().accepted() == before.get(i)) {
                  return false;
                }
              }
              return reloads() > reloads;
            });
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                cluster.members().stream().allMatch(member -> member.bridge().connections() == 1));
  }

  /** Something that operators do. */
  private interface Step {
    void take() throws IOException;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void noCallFailsWhileClientsMembersAndTheCaAreRenewed(EtcdBackend backend) throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(2 * CALLERS_OF_A_KIND);
    try (Certificates old = Certificates.create();
        Certificates next = Certificates.create()) {
      append(next.ca(), old.ca()); // members trust both from the start, for etcd reads that once
      Path trust = Files.writeString(folder.resolve("ca.pem"), first(old.ca()));
      show(old.client("before"));
      try (EtcdCluster cluster =
              backend.cluster().members(3).tls(old).clientAuth().bridged().start();
          Etcd client = connect(cluster, trust)) {
        await().atMost(PATIENCE).until(() -> connected(client) == 3);
        List<Future<?>> calling = call(callers, client);

        awaitRenewal(cluster, () -> append(next.ca(), trust));
        if (backend.isReal()) { // the companion reads its own once
          for (int i = 0; i < 3; i++) {
            replace(next.member(i).key(), old.member(i).key());
            replace(next.member(i).certificate(), old.member(i).certificate());
          }
        }
        awaitRenewal(cluster, () -> show(next.client("after")));
        if (backend.isReal()) {
          awaitRenewal(cluster, () -> copy(next.ca(), "ca.pem"));
        }

        long now = calls.get();
        await().atMost(PATIENCE).until(() -> calls.get() > now + 100);
        isOver.set(true);
        for (Future<?> caller : calling) {
          caller.get(10, TimeUnit.SECONDS); // throws what a call threw
        }
        assertThat(events)
            .noneMatch(ConnectionEvent.Disconnected.class::isInstance)
            .noneMatch(ConnectionEvent.Retried.class::isInstance);
        assertThat(last(events).identity().orElseThrow().subject()).isEqualTo("CN=after");
        if (backend
            .isReal()) { // a member that knows the new CA alone takes us only as who we are now
          replace(next.ca(), old.ca());
          cluster.member(0).kill();
          cluster.member(0).restart();
          await().atMost(PATIENCE).until(() -> connected(client) == 3);
        }
      }
    } finally {
      isOver.set(true);
      callers.shutdownNow();
    }
  }

  private static String first(Path bundle) throws IOException {
    String all = Files.readString(bundle);
    return all.substring(0, all.indexOf("-----BEGIN", 1));
  }

  private static CredentialsReloaded last(List<ConnectionEvent> events) {
    List<CredentialsReloaded> reloads =
        events.stream()
            .filter(CredentialsReloaded.class::isInstance)
            .map(CredentialsReloaded.class::cast)
            .toList();
    return reloads.get(reloads.size() - 1);
  }

  private Etcd connect(EtcdCluster cluster, Path trust) {
    return Etcd.builder()
        .endpoints(cluster.endpoints())
        .listener(events::add)
        .tls(
            Tls.builder()
                .trust(trust)
                .identity(folder.resolve("client.pem"), folder.resolve("client.key"))
                .reloadEvery(Duration.ofMillis(200))
                .build())
        .build();
  }

  private static long connected(Etcd client) {
    return client.connection().endpoints().stream()
        .filter(status -> status.state() == State.CONNECTED)
        .count();
  }

  private List<Future<?>> call(ExecutorService callers, Etcd client) {
    List<Future<?>> calling = new ArrayList<>();
    for (int i = 0; i < CALLERS_OF_A_KIND; i++) {
      String key = "rotation/" + i;
      calling.add(callers.submit(() -> repeat(() -> client.kv().put(key, "value"))));
      calling.add(callers.submit(() -> repeat(() -> client.kv().get(key))));
    }
    return calling;
  }

  private void repeat(Runnable call) {
    while (!isOver.get()) {
      call.run();
      calls.incrementAndGet();
    }
  }
}
