package dev.rondo.etcd.benchmarks.faults;

import dev.rondo.etcd.benchmarks.Worker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The process round one client, which understands:
 *
 * <ul>
 *   <li>{@code clock}: answers with its {@link System#nanoTime};
 *   <li>{@code start PREFIX READERS WRITERS PAUSE-MILLIS}: starts the callers;
 *   <li>{@code answering}: tells the members that answered since it was asked last;
 *   <li>{@code failures}: tells why a read and why a write failed last;
 *   <li>{@code stop}: answers with the number of all calls, and then with each of them.
 * </ul>
 */
public final class FaultWorker implements Worker.Service {
  private final FaultTarget target;
  private @Nullable Callers callers;

  private FaultWorker(FaultTarget target) {
    this.target = target;
  }

  /**
   * Serves until standard input ends; the arguments are the endpoints, separated by commas, and the
   * certificate to trust if there is one.
   */
  public static void serve(String[] arguments, FaultTarget.Opening opening) {
    Logger.getLogger("").setLevel(Level.WARNING);
    List<String> endpoints = List.of(arguments[0].split(",", -1));
    Optional<Path> ca =
        arguments.length > 1 ? Optional.of(Path.of(arguments[1])) : Optional.empty();
    Worker.serve(() -> new FaultWorker(opening.open(endpoints, ca)));
  }

  @Override
  public List<String> answer(String command) throws InterruptedException {
    String[] words = command.split(" ", -1);
    return switch (words[0]) {
      case "clock" -> List.of(Long.toString(System.nanoTime()));
      case "start" -> start(words);
      case "answering" -> List.of(words(started().answering()));
      case "failures" -> List.of(started().lastFailures());
      case "stop" -> stop();
      default -> throw new IllegalArgumentException("unknown command " + command);
    };
  }

  private List<String> start(String[] words) {
    callers =
        Callers.start(
            target,
            words[1],
            Integer.parseInt(words[2]),
            Integer.parseInt(words[3]),
            Long.parseLong(words[4]));
    return List.of("started");
  }

  private Callers started() {
    if (callers == null) {
      throw new IllegalStateException("start the callers first");
    }
    return callers;
  }

  private static String words(Set<Long> members) {
    return new TreeSet<>(members).stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  private List<String> stop() throws InterruptedException {
    List<Call> calls = started().stop();
    List<String> lines = new ArrayList<>();
    lines.add(Integer.toString(calls.size()));
    calls.forEach(call -> lines.add(call.toString()));
    return lines;
  }
}
