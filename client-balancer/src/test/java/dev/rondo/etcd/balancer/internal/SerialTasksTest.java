package dev.rondo.etcd.balancer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class SerialTasksTest {
  @Test
  void runsOneTaskAtATimeWhoeverBringsIt() throws InterruptedException {
    var executor = Executors.newFixedThreadPool(4);
    var tasks = new SerialTasks(executor);
    var count = new int[1]; // guarded by nothing else
    var bringers = new ArrayList<Thread>();

    for (int i = 0; i < 4; i++) {
      boolean here = i % 2 == 0;
      bringers.add(
          new Thread(
              () -> {
                for (int j = 0; j < 10_000; j++) {
                  if (here) {
                    tasks.runHere(() -> count[0]++);
                  } else {
                    tasks.execute(() -> count[0]++);
                  }
                }
              }));
    }
    bringers.forEach(Thread::start);
    for (var bringer : bringers) {
      bringer.join();
    }
    executor.shutdown();

    await().until(executor::isTerminated);
    assertThat(count[0]).isEqualTo(40_000);
  }

  @Test
  void runsWhatAnExecutorDropped() {
    var done = new ArrayList<String>();
    var tasks = new SerialTasks(dropped -> {});
    tasks.execute(() -> done.add("dropped"));

    tasks.runHere(() -> done.add("last"));

    assertThat(done).isEqualTo(List.of("dropped", "last"));
  }

  @Test
  void runsWhatAnExecutorRefuses() {
    var done = new ArrayList<String>();
    var tasks =
        new SerialTasks(
            refused -> {
              throw new RejectedExecutionException("closed");
            });

    tasks.execute(() -> tasks.execute(() -> done.add("inner")));

    assertThat(done).containsExactly("inner");
  }
}
