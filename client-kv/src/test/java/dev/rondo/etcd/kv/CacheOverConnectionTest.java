package dev.rondo.etcd.kv;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Caches over real sockets and threads. */
@Timeout(60)
class CacheOverConnectionTest {
  private final WatchServers given = new WatchServers();
  private final CountDownLatch goOn = new CountDownLatch(1);

  @AfterEach
  void close() {
    goOn.countDown();
    given.close();
  }

  private KeyCache cache() {
    return given.kv.cache(KeyRange.all());
  }

  @Test
  void goesOnWhenItsServerIsGone() {
    given.store.put("a");
    KeyCache cache = cache();

    given.busy().stop();
    given.put("b");

    assertThat(cache.awaitRevision(Revision.of(3)).map()).hasSize(2);
    await().atMost(ofSeconds(20)).until(() -> cache.state() == CacheState.ACTIVE);
    assertThat(cache.disconnectedFor()).isEmpty();
  }

  @Test
  void aListenerThatBlocksHoldsUpNobody() throws Exception {
    KeyCache cache = cache();
    List<Thread> threads = new CopyOnWriteArrayList<>();
    List<CacheBatch> slow = new CopyOnWriteArrayList<>();
    List<CacheBatch> quick = new CopyOnWriteArrayList<>();
    cache.onChange(
        batch -> {
          slow.add(batch);
          threads.add(Thread.currentThread());
          assertThat(given.kv.get("a")).isPresent();
          await().atMost(ofSeconds(30)).until(() -> goOn.getCount() == 0);
        });
    cache.onChange(quick::add);

    given.put("a");
    given.put("b");
    given.put("c");
    cache.awaitRevision(Revision.of(4));
    await().atMost(ofSeconds(20)).until(() -> quick.size() == 3);
    await().atMost(ofSeconds(20)).until(() -> !threads.isEmpty());

    assertThat(slow).hasSize(1);
    assertThat(threads).allMatch(thread -> thread.getName().startsWith("rondo-"));
    goOn.countDown();
    await().atMost(ofSeconds(20)).until(() -> slow.size() == 3);
    assertThat(slow).isEqualTo(quick);
  }

  @Test
  void whoeverGoesOnFromAFutureMayBlock() {
    KeyCache cache = given.kv.async().cache(KeyRange.all()).join();
    CompletableFuture<Long> blocked =
        cache
            .whenAtLeast(Revision.of(2))
            .thenApply(first -> cache.awaitRevision(Revision.of(3)).revision().value());

    given.put("a");
    cache.awaitRevision(Revision.of(2));
    given.put("b");

    assertThat(blocked).succeedsWithin(ofSeconds(20)).isEqualTo(3L);
  }

  @Test
  void endsAtOnceWithTheConnection() {
    given.store.put("a");
    KeyCache cache = cache();
    var ended = new CompletableFuture<CacheEnd>();
    cache.onChange(
        new CacheListener() {
          @Override
          public void onChange(CacheBatch batch) {}

          @Override
          public void onEnd(CacheEnd end) {
            ended.complete(end);
          }
        });
    CompletableFuture<CacheSnapshot> waiting = cache.whenAtLeast(Revision.of(99));

    given.connection.close();

    assertThat(ended).succeedsWithin(ofSeconds(20)).isEqualTo(new CacheEnd.Disconnected());
    assertThat(waiting).failsWithin(ofSeconds(20));
    assertThat(cache.end()).contains(new CacheEnd.Disconnected());
    assertThatThrownBy(() -> cache.get("a"))
        .isInstanceOfSatisfying(
            CacheEndedException.class, thrown -> assertThat(thrown.code()).isEqualTo(Code.CLOSED));
    assertThatThrownBy(this::cache)
        .isInstanceOfSatisfying(
            EtcdException.class, thrown -> assertThat(thrown.code()).isEqualTo(Code.CLOSED));
  }

  @Test
  void saysWhyItCannotBeLoadedInTime() {
    given.servers.forEach(server -> server.stop());
    KvClient hasty = given.kv.with(call -> call.timeout(ofMillis(300)));

    EtcdException failure =
        catchThrowableOfType(EtcdException.class, () -> hasty.cache(KeyRange.all()));

    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure).hasMessageContaining("it was not loaded and watched within PT0.3S");
    assertThat(failure.getCause()).isInstanceOf(EtcdException.class);
    assertThat(Arrays.toString(failure.getStackTrace())).contains("saysWhyItCannotBeLoadedInTime");
  }

  @Test
  void interruptingWhoWaitsEndsTheWaitAlone() throws InterruptedException {
    KeyCache cache = cache();
    var failure = new AtomicReference<Throwable>();
    var thread =
        new Thread(
            () -> {
              try {
                cache.awaitRevision(Revision.of(99));
              } catch (EtcdException e) {
                failure.set(e);
              }
            });
    thread.start();
    await().atMost(ofSeconds(20)).until(() -> thread.getState() == Thread.State.WAITING);

    thread.interrupt();
    thread.join();

    assertThat(failure.get())
        .isInstanceOfSatisfying(
            EtcdException.class, thrown -> assertThat(thrown.code()).isEqualTo(Code.CANCELLED));
    given.put("a");
    assertThat(cache.awaitRevision(Revision.of(2)).get("a")).isPresent();
  }

  @Test
  void interruptingWhoMakesACacheClosesIt() throws InterruptedException {
    given.gate = (call, create) -> false;
    var failure = new AtomicReference<Throwable>();
    var thread =
        new Thread(
            () -> {
              try {
                cache();
              } catch (EtcdException e) {
                failure.set(e);
              }
            });
    thread.start();
    await().atMost(ofSeconds(20)).until(() -> !given.calls().isEmpty());

    thread.interrupt();
    thread.join();

    assertThat(failure.get())
        .isInstanceOfSatisfying(
            EtcdException.class, thrown -> assertThat(thrown.code()).isEqualTo(Code.CANCELLED));
    await().atMost(ofSeconds(20)).until(() -> given.open() == 0);
  }
}
