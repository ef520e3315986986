package dev.rondo.etcd.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;

/**
 * The process round one client. Measures what it is told to on standard input, a line for each
 * round, and answers with a line on standard output; ends when there is no more input.
 */
public final class Worker {
  private Worker() {}

  /** Serves until standard input ends; the one argument is the port of the server. */
  @SuppressWarnings("SystemExitOutsideMain") // clients leave threads behind
  public static void serve(String[] arguments, Target.Opening opening) {
    PrintStream answers = System.out;
    System.setOut(System.err); // whatever libraries print is no answer
    var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    try {
      Load load = new Load(opening.open(Integer.parseInt(arguments[0])));
      answers.println("ready");
      serve(commands, load, answers);
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  private static void serve(BufferedReader commands, Load load, PrintStream answers)
      throws IOException, InterruptedException {
    for (String command = commands.readLine(); command != null; command = commands.readLine()) {
      String[] timeAndCell = command.split(" ", 2);
      answers.println(load.run(Cell.parse(timeAndCell[1]), Long.parseLong(timeAndCell[0])));
    }
  }
}
