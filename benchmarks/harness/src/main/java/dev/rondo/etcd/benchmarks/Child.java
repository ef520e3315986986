package dev.rondo.etcd.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM that this one started and talks to; it ends with this one, or when it is closed. */
public final class Child implements AutoCloseable {
  private final Contestant contestant;
  private final Process process;
  private final PrintStream commands;
  private final BufferedReader answers;

  private Child(Contestant contestant, Process process) {
    this.contestant = contestant;
    this.process = process;
    this.commands = new PrintStream(process.getOutputStream(), true, UTF_8);
    this.answers = process.inputReader(UTF_8);
  }

  /** Starts {@code contestant} with these flags of the JVM; does not wait until it is ready. */
  public static Child start(Contestant contestant, List<String> flags, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", contestant.classPath(), contestant.mainClass()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return new Child(contestant, process);
  }

  /** Returns what runs there. */
  public Contestant contestant() {
    return contestant;
  }

  /** Sends a command. */
  public void tell(String command) {
    commands.println(command);
  }

  /** Sends a command, and returns the first line of its answer. */
  public String ask(String command) throws IOException {
    tell(command);
    return answer();
  }

  /** Returns the next line from there. */
  public String answer() throws IOException {
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException(contestant.name() + " has ended; its last words are above");
    }
    return answer;
  }

  @Override
  public void close() {
    commands.close(); // ends it
    boolean isInterrupted = false;
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      isInterrupted = true;
    }
    process.destroyForcibly();
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
