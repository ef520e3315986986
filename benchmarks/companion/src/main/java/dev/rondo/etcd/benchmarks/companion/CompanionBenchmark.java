package dev.rondo.etcd.benchmarks.companion;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The program: measures the companion and etcd in turn, and prints the table. It is brief with
 * {@code --rounds=1 --round-millis=200 --keys=10000}.
 */
public final class CompanionBenchmark {
  private int rounds = 7;
  private Duration round = Duration.ofSeconds(2);
  private int keys = 1_000_000;

  private CompanionBenchmark() {}

  /** Runs it with these options. */
  public static void main(String[] arguments) throws Exception {
    CompanionBenchmark benchmark = new CompanionBenchmark();
    for (String argument : arguments) {
      benchmark.set(argument);
    }
    benchmark.run();
  }

  private void set(String option) {
    String[] parts = option.split("=", 2);
    String value = parts[parts.length - 1];
    switch (parts[0]) {
      case "--rounds" -> rounds = Integer.parseInt(value);
      case "--round-millis" -> round = Duration.ofMillis(Long.parseLong(value));
      case "--keys" -> keys = Integer.parseInt(value);
      default ->
          throw new IllegalArgumentException(
              "options are --rounds, --round-millis and --keys, was " + option);
    }
  }

  private void run() throws Exception {
    line("| what | companion | etcd | companion / etcd | goal |");
    line("|---|--:|--:|--:|--:|");
    coldStart(1, "2000 ms");
    coldStart(3, "4000 ms");
    warmStart(3, "1000 ms");
    throughput(1, Callers.Call.PUT, 0.5);
    throughput(3, Callers.Call.PUT, 0.4);
    throughput(3, Callers.Call.GET, 0.5);
    throughput(3, Callers.Call.LOCAL_GET, 0.8);
    long heap = child(Heap.class, "-Xmx1200m", Integer.toString(keys));
    line("| heap of one member with %,d keys of 256 B | %d MiB | | | 1024 MiB |", keys, heap);
  }

  private void coldStart(int members, String goal) throws Exception {
    List<Double> companion = new ArrayList<>();
    List<Double> etcd = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      companion.add((double) child(FirstWrite.class, "-Xmx512m", Integer.toString(members)));
      etcd.add(firstWrite(() -> Contender.etcd(members)));
    }
    starts("first write from a cold JVM, members: " + members, companion, etcd, goal);
  }

  private void warmStart(int members, String goal) throws Exception {
    List<Double> companion = new ArrayList<>();
    List<Double> etcd = new ArrayList<>();
    var unused = firstWrite(() -> Contender.companion(members));
    for (int i = 0; i < rounds; i++) {
      companion.add(firstWrite(() -> Contender.companion(members)));
      etcd.add(firstWrite(() -> Contender.etcd(members)));
    }
    starts("first write, warm, members: " + members, companion, etcd, goal);
  }

  private interface Start {
    Contender start();
  }

  private static double firstWrite(Start start) throws Exception {
    long began = System.nanoTime();
    try (Contender contender = start.start();
        Callers callers = new Callers(contender.endpoints())) {
      callers.put();
      return (System.nanoTime() - began) / 1e6;
    }
  }

  private static void starts(String what, List<Double> companion, List<Double> etcd, String goal) {
    line(
        "| %s | %.0f ms | %.0f ms | %.2f | %s |",
        what, median(companion), median(etcd), median(ratios(companion, etcd)), goal);
  }

  /** Both run all the time; the one that is not measured is idle. */
  private void throughput(int members, Callers.Call call, double goal) throws Exception {
    List<Double> companion = new ArrayList<>();
    List<Double> etcd = new ArrayList<>();
    try (Contender ours = Contender.companion(members);
        Contender theirs = Contender.etcd(members);
        Callers onOurs = new Callers(ours.endpoints());
        Callers onTheirs = new Callers(theirs.endpoints())) {
      for (Callers callers : List.of(onOurs, onTheirs, onOurs, onTheirs)) {
        callers.fill(Callers.KEYS); // so that gets find what they ask for
        var unused = callers.perSecond(call, round);
      }
      for (int i = 0; i < rounds; i++) {
        companion.add(onOurs.perSecond(call, round));
        etcd.add(onTheirs.perSecond(call, round));
      }
    }
    line(
        "| %ss in a second, 64 callers, members: %d | %.0f | %.0f | %.2f | %.1f |",
        call, members, median(companion), median(etcd), median(ratios(companion, etcd)), goal);
  }

  /** Returns the number that a program prints in a JVM of its own. */
  private static long child(Class<?> program, String heap, String argument) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                argument)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var answer = process.inputReader(UTF_8)) {
      String line = answer.readLine();
      if (line == null) {
        throw new IOException(program.getSimpleName() + " has failed; its last words are above");
      }
      var unused = answer.lines().count(); // it has ended: the next one is not to be disturbed
      return Long.parseLong(line);
    }
  }

  private static List<Double> ratios(List<Double> ours, List<Double> theirs) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      ratios.add(ours.get(i) / theirs.get(i));
    }
    return ratios;
  }

  private static double median(List<Double> numbers) {
    List<Double> sorted = numbers.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  private static void line(String format, Object... arguments) {
    System.out.printf(Locale.ROOT, format + "%n", arguments);
  }
}
