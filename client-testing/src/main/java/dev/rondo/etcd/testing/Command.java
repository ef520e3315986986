package dev.rondo.etcd.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs that end by themselves. */
final class Command {
  private static final long LIMIT_SECONDS = 30;

  private Command() {}

  /** Returns what the program prints; fails with what it complains about. */
  static String run(String... command) {
    return run(List.of(command));
  }

  static String run(List<String> command) {
    try {
      // A file cannot fill up and block the program, as a second pipe could.
      var complaints = Files.createTempFile("rondo-command-", ".log");
      try {
        var builder = new ProcessBuilder(command).redirectError(complaints.toFile());
        builder.environment().put("ETCDCTL_API", "3");
        var process = builder.start();
        process.getOutputStream().close();
        var ended = process.onExit().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS);
        var stopped =
            ended.exceptionally(
                late -> {
                  process.destroyForcibly();
                  return process;
                });
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        stopped.join();
        process.waitFor();
        if (process.exitValue() != 0) {
          throw new IllegalStateException(
              String.join(" ", command)
                  + " ended with "
                  + process.exitValue()
                  + ": "
                  + (output + Files.readString(complaints)).strip());
        }
        return output;
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
}
