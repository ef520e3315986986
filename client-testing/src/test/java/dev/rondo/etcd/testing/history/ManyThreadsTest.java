package dev.rondo.etcd.testing.history;

import java.util.ArrayList;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManyThreadsTest {
  private static final int THREADS = 8;
  private static final int OPERATIONS = 1_000;

  private final History history = new History();
  private final ModelServer server = new ModelServer(null);
  private final Queue<Operation> late = new ConcurrentLinkedQueue<>();
  private final AtomicInteger values = new AtomicInteger();

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.05, 0.15})
  void acceptsWhatThreadsSawOfACorrectServer(double trouble) throws Exception {
    var clients = new ArrayList<Callable<Void>>();
    for (int i = 0; i < THREADS; i++) {
      var random = new Random(i);
      clients.add(() -> new Client(random, trouble).run());
    }
    var threads = Executors.newFixedThreadPool(THREADS);

    try {
      for (var client : threads.invokeAll(clients)) {
        client.get();
      }
    } finally {
      threads.shutdown();
    }

    history.requireLinearizable();
  }

  private final class Client {
    private final Random random;
    private final double trouble;
    private final Workload workload;

    Client(Random random, double trouble) {
      this.random = random;
      this.trouble = trouble;
      this.workload = new Workload(random, 10, values);
    }

    Void run() {
      for (int i = 0; i < OPERATIONS; i++) {
        var operation = random.nextInt(10) == 0 ? Workload.everything() : workload.next();
        var call = history.begin(operation);
        delay();
        end(call, operation, Fate.draw(random, trouble));
        doLateOnes();
      }
      return null;
    }

    private void end(History.Call call, Operation operation, Fate fate) {
      switch (fate) {
        case ANSWERED -> {
          var answer = server.answer(operation);
          delay();
          call.answered(answer);
          workload.learn(answer);
        }
        case REFUSED -> call.notApplied();
        case LOST -> call.unknown();
        case ANSWER_LOST -> {
          server.answerUnheard(operation);
          call.unknown();
        }
        case LATE -> {
          late.add(operation);
          call.unknown();
        }
        case CLIENT_DIES -> server.answerUnheard(operation);
      }
    }

    private void delay() {
      for (int i = random.nextInt(2_000); i > 0; i--) {
        Thread.onSpinWait();
      }
    }

    private void doLateOnes() {
      var operation = random.nextInt(40) == 0 ? late.poll() : null;
      if (operation != null) {
        server.answerUnheard(operation);
      }
    }
  }
}
