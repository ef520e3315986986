package dev.rondo.etcd.balancer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class TimerTest {
  @Test
  void doesNothingOnceItIsCancelledThoughItsTimeHasCome() {
    var done = new ArrayList<String>();
    var tasks = new SerialTasks(Runnable::run);
    var timer = new Timer(() -> done.add("timer"));

    tasks.execute(
        () -> {
          tasks.runHere(timer::run); // its time comes, and it waits behind this task
          timer.cancel();
        });

    assertThat(done).isEmpty();
  }
}
