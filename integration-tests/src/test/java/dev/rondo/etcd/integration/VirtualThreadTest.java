package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.kv.GetOptions;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.WatchEvent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocking calls on virtual threads, of which there are many more than the threads under them. */
@EnabledForJreRange(min = JRE.JAVA_21)
@Timeout(120)
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.SingleMember#ofEach")
class VirtualThreadTest {
  private static final int WATCHES = 1_000;

  private final Etcd client;

  VirtualThreadTest(SingleMember member) {
    this.client = member.client();
  }

  @Test
  void aThousandOfThemWaitForChangesAndWriteMeanwhile() throws Throwable {
    KvClient kv = client.kv().namespace("virtual-" + System.nanoTime() + "/");
    CountDownLatch watching = new CountDownLatch(WATCHES);

    try (var threads = new Threads()) {
      var echoes = threads.each(i -> echo(kv, i, watching));
      // All of them wait now, and none may keep a thread from these.
      assertThat(watching.await(60, TimeUnit.SECONDS)).isTrue();
      var questions = threads.each(i -> kv.put("question/" + i, "x" + i));
      CompletableFuture.allOf(questions, echoes).get(60, TimeUnit.SECONDS);
    }

    assertThat(kv.get(KeyRange.prefix("answer/"), GetOptions.Builder::countOnly).count())
        .isEqualTo(WATCHES);
    assertThat(kv.get("answer/77").orElseThrow().value().utf8()).isEqualTo("x77");
  }

  /** Answers what is asked of it. */
  private static void echo(KvClient kv, int name, CountDownLatch watching) {
    try (var questions = kv.watch(KeyRange.key("question/" + name))) {
      watching.countDown();
      WatchEvent.Put question = (WatchEvent.Put) questions.next();
      kv.put("answer/" + name, question.kv().value().utf8());
    }
  }

  /** Virtual threads, by a name that the JDK this is compiled for does not know. */
  private static final class Threads implements AutoCloseable {
    private final ExecutorService executor;

    Threads() throws Throwable {
      executor =
          (ExecutorService)
              MethodHandles.publicLookup()
                  .findStatic(
                      Executors.class,
                      "newVirtualThreadPerTaskExecutor",
                      MethodType.methodType(ExecutorService.class))
                  .invoke();
    }

    /** Runs a task in each of very many threads. */
    CompletableFuture<Void> each(IntConsumer task) {
      return CompletableFuture.allOf(
          IntStream.range(0, WATCHES)
              .mapToObj(i -> CompletableFuture.runAsync(() -> task.accept(i), executor))
              .toArray(CompletableFuture[]::new));
    }

    @Override
    public void close() {
      executor.shutdownNow();
    }
  }
}
