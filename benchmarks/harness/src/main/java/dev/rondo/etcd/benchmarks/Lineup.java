package dev.rondo.etcd.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which clients take part beside the stub, each in a JVM with the same flags, as the command line
 * says. Not safe for use by many threads.
 */
public final class Lineup {
  /** What {@link #set} understands, for the end of a text on options. */
  public static final String USAGE =
      """
        --clients=NAME,NAME    only these beside the stub, such as Rondo
        --profiles=FOLDER      leave a flight recording of each client there; costs time of its own
      """;

  /** The same for all. Without native transports everyone uses the NIO of the JDK. */
  private static final List<String> FLAGS =
      List.of(
          "-Xms512m",
          "-Xmx512m",
          "-XX:+UseG1GC",
          "-Dio.netty.transport.noNative=true",
          "-Xlog:jfr+startup=error"); // standard output is for answers

  private final Instant start = Instant.now();
  private List<String> wanted = List.of("");
  private Optional<Path> profiles = Optional.empty();

  /**
   * What is done with the clients.
   *
   * @param <R> what comes out
   */
  @FunctionalInterface
  public interface Match<R> {
    /** Asks the clients, all of which are ready. */
    R play(List<Child> clients) throws IOException;
  }

  /** Takes an option, and says whether it is one of these. */
  public boolean set(String name, String value) {
    switch (name) {
      case "--clients" ->
          wanted =
              Stream.concat(Stream.of(Contestant.STUB), Stream.of(value.split(",", -1))).toList();
      case "--profiles" -> profiles = Optional.of(Path.of(value));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Starts the server and those of the clients that are wanted, and ends them after the match. */
  public <R> R play(Contestant server, List<Contestant> clients, Match<R> match)
      throws IOException {
    List<Child> children = new ArrayList<>();
    try (Child serving = Child.start(server, FLAGS)) {
      String port = serving.answer();
      for (Contestant client : clients) {
        if (wants(client)) {
          children.add(Child.start(client, flags(client), port));
        }
      }
      for (Child child : children) {
        child.answer(); // ready
      }
      return match.play(children);
    } finally {
      children.forEach(Child::close);
    }
  }

  private boolean wants(Contestant client) {
    return wanted.stream().anyMatch(client.name()::startsWith);
  }

  /** Makes {@code client} leave a flight recording, if that is wanted. */
  private List<String> flags(Contestant client) {
    List<String> flags = new ArrayList<>(FLAGS);
    profiles
        .map(folder -> folder.resolve(client.name().replace(' ', '-') + ".jfr"))
        .map(file -> "-XX:StartFlightRecording=settings=profile,filename=" + file)
        .ifPresent(flags::add);
    return flags;
  }

  /** Says how far it is, on standard error. */
  public void tell(String news) {
    System.err.println(Duration.between(start, Instant.now()).toSeconds() + " s: " + news);
  }
}
