package dev.rondo.etcd.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs, for 30 seconds at most. */
final class Command {
  private static final long LIMIT_SECONDS = 30;

  private Command() {}

  /** Returns what the program prints; fails with what it complains about. */
  static String run(String... command) {
    return run(List.of(command));
  }

  static String run(List<String> command) {
    var ending = end(command, "");
    if (ending.code() != 0) {
      throw new IllegalStateException(
          String.join(" ", command)
              + " ended with "
              + ending.code()
              + ": "
              + (ending.output() + ending.complaints()).strip());
    }
    return ending.output();
  }

  /** Gives the program something to read, and returns how it ends. */
  static CommandEnding end(List<String> command, String input) {
    return with(
        command,
        (process, complaints) -> {
          try (var reader = process.outputWriter(UTF_8)) {
            reader.write(input);
          }
          var output = new String(process.getInputStream().readAllBytes(), UTF_8);
          return new CommandEnding(process.waitFor(), output, Files.readString(complaints));
        });
  }

  /** Ends the program once it has printed so many lines, and returns them. */
  static List<String> firstLines(List<String> command, int count) {
    return with(
        command,
        (process, complaints) -> {
          var lines = new ArrayList<String>();
          try (var printed = process.inputReader(UTF_8)) {
            while (lines.size() < count) {
              var line = printed.readLine();
              if (line == null) {
                throw new IllegalStateException(
                    String.join(" ", command)
                        + " printed no more than "
                        + lines
                        + ": "
                        + Files.readString(complaints));
              }
              lines.add(line);
            }
          }
          return lines;
        });
  }

  private static <T> T with(List<String> command, Use<T> use) {
    try {
      // A file cannot fill up and block the program, as a second pipe could.
      var complaints = Files.createTempFile("rondo-command-", ".log");
      try {
        var builder = new ProcessBuilder(command).redirectError(complaints.toFile());
        builder.environment().put("ETCDCTL_API", "3");
        var process = builder.start();
        try {
          destroyLate(process);
          return use.of(process, complaints);
        } finally {
          process.destroyForcibly();
        }
      } finally {
        Files.delete(complaints);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + command.get(0), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.get(0), e);
    }
  }

  /** Leaves alone what has ended: its output may still be read. */
  private static void destroyLate(Process process) {
    var unused =
        process
            .onExit()
            .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
            .exceptionally(
                late -> {
                  process.destroyForcibly();
                  return process;
                });
  }

  /** What is done with a program that runs. */
  private interface Use<T> {
    T of(Process process, Path complaints) throws IOException, InterruptedException;
  }
}
