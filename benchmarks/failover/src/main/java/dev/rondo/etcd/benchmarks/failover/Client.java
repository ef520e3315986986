package dev.rondo.etcd.benchmarks.failover;

import dev.rondo.etcd.benchmarks.Child;
import dev.rondo.etcd.benchmarks.Contestant;
import dev.rondo.etcd.benchmarks.faults.Call;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One client at work in a JVM of its own; see {@code FaultWorker} for how it is talked to. */
final class Client implements AutoCloseable {
  /** The same for all. */
  private static final List<String> FLAGS = List.of("-Xms256m", "-Xmx256m", "-XX:+UseG1GC");

  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration INTERVAL = Duration.ofMillis(10);

  private final Child child;

  private Client(Child child) {
    this.child = child;
  }

  /** Starts it; it is not yet {@link #awaitReady ready}. */
  static Client start(Contestant contestant, Scene scene) throws IOException {
    String endpoints = String.join(",", scene.endpoints());
    String[] arguments =
        scene
            .ca()
            .map(file -> new String[] {endpoints, file.toString()})
            .orElseGet(() -> new String[] {endpoints});
    return new Client(Child.start(contestant, FLAGS, arguments));
  }

  String name() {
    return child.contestant().name();
  }

  /**
   * Waits until it can be told to call.
   *
   * @throws IllegalStateException if its clock has another origin than that of this JVM
   */
  void awaitReady() throws IOException {
    var unused = child.answer();
    long before = System.nanoTime();
    long there = Long.parseLong(child.ask("clock"));
    if (there < before || there > System.nanoTime()) {
      throw new IllegalStateException(
          "the processes of this machine have no monotonic clock in common");
    }
  }

  /** Lets its threads call until {@link #stop}. */
  void begin(Settings settings) throws IOException {
    begin(settings.readers(), settings.writers(), settings);
  }

  /** Lets one thread read until {@link #stop}. */
  void beginReading(Settings settings) throws IOException {
    begin(1, 0, settings);
  }

  private void begin(int readers, int writers, Settings settings) throws IOException {
    var unused =
        child.ask(
            "start %s %d %d %d".formatted(prefix(), readers, writers, settings.pause().toMillis()));
  }

  /** What the keys of its writers begin with; a slash and the writer's number follow. */
  String prefix() {
    return name().replace(' ', '-');
  }

  /**
   * Waits until a member has answered it.
   *
   * @throws IllegalStateException if that takes too long
   */
  void awaitAnswer() throws IOException, InterruptedException {
    long latest = System.nanoTime() + PATIENCE.toNanos();
    while (answering().isEmpty()) {
      if (System.nanoTime() > latest) {
        throw new IllegalStateException(
            "%s has no answer after %d s: %s"
                .formatted(name(), PATIENCE.toSeconds(), lastFailures()));
      }
      Thread.sleep(INTERVAL.toMillis());
    }
  }

  /** Returns the members that answered it since this was asked last. */
  Set<Long> answering() throws IOException {
    return Stream.of(child.ask("answering").split(" ", -1))
        .filter(id -> !id.isEmpty())
        .map(Long::valueOf)
        .collect(Collectors.toSet());
  }

  /** Tells it to make no more calls. */
  void stop() {
    child.tell("stop");
  }

  /** Returns all calls that it made, once those under way have ended. */
  List<Call> calls() throws IOException {
    int count = Integer.parseInt(child.answer());
    List<Call> calls = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      calls.add(Call.parse(child.answer()));
    }
    return calls;
  }

  /** Returns why a read and why a write of it failed last. */
  String lastFailures() throws IOException {
    return child.ask("failures");
  }

  @Override
  public void close() {
    child.close();
  }
}
