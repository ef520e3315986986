package dev.rondo.etcd.benchmarks.cache;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.benchmarks.Spread;
import dev.rondo.etcd.companion.CompanionCluster;
import dev.rondo.etcd.kv.KeyCache;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Op;
import dev.rondo.etcd.kv.Txn;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The program: fills a companion, caches what it holds, reads the cache and maps in turn, and
 * prints the table. It is brief with {@code --rounds=1 --round-millis=100 --keys=10000}.
 */
public final class CacheBenchmark {
  private static final KeyRange RANGE = KeyRange.prefix("services/");
  private static final int OPS = 100; // of a transaction
  private static final double GOAL = 0.5;

  private int rounds = 9;
  private Duration round = Duration.ofMillis(500);
  private int keys = 100_000;

  private CacheBenchmark() {}

  /** Runs it with these options. */
  public static void main(String[] arguments) throws Exception {
    CacheBenchmark benchmark = new CacheBenchmark();
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
    try (CompanionCluster companion = CompanionCluster.builder().members(1).start();
        Etcd etcd = Etcd.builder().endpoints(companion.endpoints()).build()) {
      KvClient kv = etcd.kv().with(call -> call.timeout(Duration.ofMinutes(1)));
      fill(kv);
      long start = System.nanoTime();
      try (KeyCache cache = kv.cache(RANGE)) {
        line(
            "%,d keys were loaded in %d ms, by a JVM that was warm from writing them.",
            cache.snapshot().map().size(), Duration.ofNanos(System.nanoTime() - start).toMillis());
        compare(kv, cache);
      }
    }
  }

  private static String key(int number) {
    return "services/%08d/%04d".formatted(number, number % 7919);
  }

  private void fill(KvClient kv) {
    for (int i = 0; i < keys; i += OPS) {
      Op[] puts =
          IntStream.range(i, Math.min(i + OPS, keys))
              .mapToObj(k -> Op.put(key(k), "http://10.0.0.1:%08d/".formatted(k)))
              .toArray(Op[]::new);
      kv.txn(Txn.of(puts));
    }
  }

  private void compare(KvClient kv, KeyCache cache) throws Exception {
    // Not the objects that are held: whoever asks has made the key just before.
    List<Bytes> asked =
        IntStream.range(0, keys).mapToObj(k -> Bytes.utf8(key(k))).collect(Collectors.toList());
    Collections.shuffle(asked, new Random(1));
    Readers readers = new Readers(asked.toArray(new Bytes[0]));
    Source tree = Source.of(new TreeMap<>(cache.snapshot().map()));
    Source skipList = Source.of(new ConcurrentSkipListMap<>(cache.snapshot().map()));
    Source cached = Source.of(cache);
    List<Source> sources = List.of(tree, skipList, cached);

    line("");
    line("| read | threads | by the tree, in a second | skip list / tree | cache / tree | goal |");
    line("|---|--:|--:|--:|--:|--:|");
    for (Read read : Read.values()) {
      for (int i = 0; i < 4; i++) {
        for (Source source : sources) {
          readers.perSecond(read, source, 1, round);
        }
      }
    }
    for (Read read : Read.values()) {
      for (int threads : new int[] {1, 2}) {
        print(read, threads, "", rates(readers, read, threads, sources));
      }
    }
    AtomicBoolean isOver = new AtomicBoolean();
    Thread writer = new Thread(() -> write(kv, isOver), "writer");
    writer.start();
    print(Read.GET, 1, ", while others are written", rates(readers, Read.GET, 1, sources));
    isOver.set(true);
    writer.join();
  }

  private void write(KvClient kv, AtomicBoolean isOver) {
    Random random = new Random(2);
    while (!isOver.get()) {
      kv.put(key(random.nextInt(keys)), "changed");
      LockSupport.parkNanos(
          500_000); // some hundred in a second, which leave the reader its processor
    }
  }

  /** By source and round. Each round begins with another source. */
  private double[][] rates(Readers readers, Read read, int threads, List<Source> sources)
      throws Exception {
    double[][] rates = new double[sources.size()][rounds];
    for (int i = 0; i < rounds; i++) {
      for (int j = 0; j < sources.size(); j++) {
        int next = (i + j) % sources.size();
        rates[next][i] = readers.perSecond(read, sources.get(next), threads, round);
      }
    }
    return rates;
  }

  private static void print(Read read, int threads, String also, double[][] rates) {
    line(
        "| %s%s | %d | %,.0f | %s | %s | %.1f |",
        read,
        also,
        threads,
        Spread.of(rates[0]).median(),
        ratio(rates[1], rates[0]),
        ratio(rates[2], rates[0]),
        GOAL);
  }

  private static String ratio(double[] rates, double[] ofTree) {
    double[] ratios = new double[rates.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = rates[i] / ofTree[i];
    }
    Spread spread = Spread.of(ratios);
    return "**%.2f** (%.2f..%.2f)".formatted(spread.median(), spread.least(), spread.greatest());
  }

  private static void line(String format, Object... arguments) {
    System.out.printf(Locale.ROOT, format + "%n", arguments);
  }
}
