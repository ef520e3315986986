package dev.rondo.etcd.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** etcd's own command line client, as a program of this machine. */
public record Etcdctl(Path program) {
  /**
   * Returns the one that a shell would find.
   *
   * @throws IllegalStateException if there is none
   */
  public static Etcdctl onPath() {
    return new Etcdctl(
        findOnPath("etcdctl")
            .orElseThrow(() -> new IllegalStateException("no etcdctl on the PATH: install it")));
  }

  /** Returns the one in the folder of an etcd, or else the one that a shell would find. */
  static Etcdctl beside(Path etcd) {
    var sibling = etcd.resolveSibling("etcdctl");
    return Files.isExecutable(sibling) ? new Etcdctl(sibling) : onPath();
  }

  /**
   * Runs it and returns what it prints.
   *
   * @throws IllegalStateException if it fails, with what it complained about
   */
  public String run(List<String> arguments) {
    return Command.run(command(arguments));
  }

  /** Runs it with something to read, such as a transaction, and returns how it ends. */
  public CommandEnding end(List<String> arguments, String input) {
    return Command.end(command(arguments), input);
  }

  /**
   * Ends it once it has printed so many lines, since a watch does not end by itself, and returns
   * them.
   *
   * @throws IllegalStateException if it prints fewer
   */
  public List<String> firstLines(List<String> arguments, int count) {
    return Command.firstLines(command(arguments), count);
  }

  private List<String> command(List<String> arguments) {
    return Stream.concat(Stream.of(program.toString()), arguments.stream()).toList();
  }

  static Optional<Path> findOnPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
