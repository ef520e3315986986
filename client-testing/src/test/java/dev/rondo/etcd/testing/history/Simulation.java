package dev.rondo.etcd.testing.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Clients whose requests overlap on a simulated clock, so that the same seed always gives the same
 * run.
 */
final class Simulation {
  private final Random random;
  private final int operations;
  private final double trouble; // the part of the requests that are not answered
  private final ModelServer server;
  private final History history = new History(Baseline.EMPTY, this::now);
  private final AtomicInteger values = new AtomicInteger();
  private final List<Client> clients = new ArrayList<>();
  private final Queue<Operation> late = new ArrayDeque<>();
  private long now;
  private int begun;

  Simulation(long seed, int operations, int keys, double trouble, @Nullable Bug bug) {
    this.random = new Random(seed);
    this.operations = operations;
    this.trouble = trouble;
    this.server = new ModelServer(bug);
    for (int i = 1; i <= 8; i++) {
      var workload = new Workload(random, keys, values);
      clients.add(new Client("client-" + i, workload, workload::next));
    }
    clients.add(new Client("reader", new Workload(random, keys, values), Workload::everything));
  }

  ModelServer server() {
    return server;
  }

  History history() {
    return history;
  }

  /** Runs it to the end, when everything that arrived is done and read once more. */
  Simulation run() {
    while (begun < operations || clients.stream().anyMatch(client -> client.call != null)) {
      now += random.nextInt(3) * 500L;
      if (!late.isEmpty() && random.nextInt(60) == 0) {
        server.answerUnheard(late.remove());
      }
      clients.get(random.nextInt(clients.size())).step();
    }
    late.forEach(server::answerUnheard);
    now += 1_000;
    history.begin("reader", Workload.everything()).answered(server.answer(Workload.everything()));
    return this;
  }

  private long now() {
    return now;
  }

  private final class Client {
    private final String name;
    private final Workload workload;
    private final Supplier<Operation> next;
    private Operation operation = Workload.everything();
    private Fate fate = Fate.ANSWERED;
    private History.@Nullable Call call;
    private @Nullable Answer answer;

    Client(String name, Workload workload, Supplier<Operation> next) {
      this.name = name;
      this.workload = workload;
      this.next = next;
    }

    void step() {
      if (call == null) {
        begin();
      } else if (fate == Fate.ANSWERED && answer == null) {
        answer = ask(operation);
      } else {
        end(call);
        call = null;
        answer = null;
      }
    }

    private void begin() {
      if (begun >= operations) {
        return;
      }
      begun++;
      operation = next.get();
      fate = Fate.draw(random, trouble);
      call = history.begin(name, operation);
    }

    private Answer ask(Operation asked) {
      return asked instanceof Operation.Get get && get.serializable()
          ? server.answer(get, newest -> Math.max(1, newest - random.nextInt(10)))
          : server.answer(asked);
    }

    private void end(History.Call ending) {
      switch (fate) {
        case ANSWERED -> {
          workload.learn(answer);
          ending.answered(answer);
        }
        case REFUSED -> {
          server.refuse(operation);
          ending.notApplied();
        }
        case LOST -> ending.unknown();
        case ANSWER_LOST -> {
          server.answerUnheard(operation);
          ending.unknown();
        }
        case LATE -> {
          late.add(operation);
          ending.unknown();
        }
        case CLIENT_DIES -> server.answerUnheard(operation);
      }
    }
  }
}
