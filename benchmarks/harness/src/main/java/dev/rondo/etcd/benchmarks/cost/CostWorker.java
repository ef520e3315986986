package dev.rondo.etcd.benchmarks.cost;

import dev.rondo.etcd.benchmarks.Worker;
import java.util.List;

/** The process round one client: each command is a round, and its answer what that cost. */
public final class CostWorker {
  private CostWorker() {}

  /** Serves until standard input ends; the one argument is the port of the server. */
  public static void serve(String[] arguments, Target.Opening opening) {
    Worker.serve(
        () -> {
          Load load = new Load(opening.open(Integer.parseInt(arguments[0])));
          return command -> List.of(answer(load, command));
        });
  }

  private static String answer(Load load, String command) throws InterruptedException {
    String[] timeAndCell = command.split(" ", 2);
    return load.run(Cell.parse(timeAndCell[1]), Long.parseLong(timeAndCell[0])).toString();
  }
}
