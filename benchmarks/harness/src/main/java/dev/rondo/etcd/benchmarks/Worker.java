package dev.rondo.etcd.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.List;

/**
 * The process round one client. Does what it is told to on standard input, a line for each command,
 * and answers on standard output; ends when there is no more input.
 */
public final class Worker {
  private Worker() {}

  /** What a process is there for. */
  @FunctionalInterface
  public interface Service {
    /** Carries out one command, and returns the lines of its answer. */
    List<String> answer(String command) throws Exception;
  }

  /** Gets a service ready. */
  @FunctionalInterface
  public interface Opening {
    /** Returns the service, ready for its first command. */
    Service open() throws Exception;
  }

  /** Says that it is ready, and serves until standard input ends; what fails ends it as well. */
  @SuppressWarnings("SystemExitOutsideMain") // clients leave threads behind
  public static void serve(Opening opening) {
    PrintStream answers = System.out;
    System.setOut(System.err); // whatever libraries print is no answer
    var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    try {
      Service service = opening.open();
      answers.println("ready");
      for (String command = commands.readLine(); command != null; command = commands.readLine()) {
        service.answer(command).forEach(answers::println);
      }
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }
}
