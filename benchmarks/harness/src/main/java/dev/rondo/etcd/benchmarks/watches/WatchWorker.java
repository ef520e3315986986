package dev.rondo.etcd.benchmarks.watches;

import com.sun.management.OperatingSystemMXBean;
import dev.rondo.etcd.benchmarks.Worker;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The process round one client, which understands:
 *
 * <ul>
 *   <li>{@code create COUNT}: creates idle watches, and answers with the milliseconds that took and
 *       the bytes of heap that each holds;
 *   <li>{@code hear PREFIX COUNT WARM-UP-MILLIS MILLIS}: lets watches hear, and answers with the
 *       events that came in the second time and the nanoseconds of CPU time that they took.
 * </ul>
 */
public final class WatchWorker implements Worker.Service {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final WatchTarget target;

  private WatchWorker(WatchTarget target) {
    this.target = target;
  }

  /** Serves until standard input ends; the one argument is the port of the server. */
  public static void serve(String[] arguments, WatchTarget.Opening opening) {
    Logger.getLogger("").setLevel(Level.WARNING);
    Worker.serve(() -> new WatchWorker(opening.open(Integer.parseInt(arguments[0]))));
  }

  @Override
  public List<String> answer(String command) throws Exception {
    String[] words = command.split(" ", -1);
    return switch (words[0]) {
      case "create" -> List.of(create(Integer.parseInt(words[1])));
      case "hear" ->
          List.of(
              hear(
                  words[1],
                  Integer.parseInt(words[2]),
                  Long.parseLong(words[3]),
                  Long.parseLong(words[4])));
      default -> throw new IllegalArgumentException("unknown command " + command);
    };
  }

  private String create(int count) throws Exception {
    // One before, so that what a client has once is not counted for each.
    target.open(Keys.IDLE + "first/", 1, (events, bytes) -> {});
    long before = heap();
    long start = System.nanoTime();
    target.open(Keys.IDLE, count, (events, bytes) -> {});
    long nanos = System.nanoTime() - start;
    long each = (heap() - before) / count;
    target.close();
    return nanos / 1_000_000 + " " + each;
  }

  private static long heap() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(100); // for those that clean up after a collection
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private String hear(String prefix, int count, long warmUpMillis, long millis) throws Exception {
    LongAdder heard = new LongAdder();
    LongAdder bytes = new LongAdder();
    target.open(
        prefix,
        count,
        (events, valueBytes) -> {
          heard.add(events);
          bytes.add(valueBytes);
        });
    Thread.sleep(warmUpMillis);
    long eventsBefore = heard.sum();
    long cpuBefore = PROCESS.getProcessCpuTime();
    Thread.sleep(millis);
    long events = heard.sum() - eventsBefore;
    long cpu = PROCESS.getProcessCpuTime() - cpuBefore;
    target.close();
    if (events == 0) {
      throw new IllegalStateException(prefix + ": no event came in " + millis + " ms");
    }
    check(heard, bytes);
    return events + " " + cpu;
  }

  /** Both are added to while the last events come, so that they may differ by those. */
  private static void check(LongAdder heard, LongAdder bytes) throws InterruptedException {
    long end = System.nanoTime() + 5_000_000_000L;
    while (bytes.sum() != heard.sum() * Keys.VALUE_SIZE) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            heard.sum() + " events had " + bytes.sum() + " bytes of values");
      }
      Thread.sleep(10);
    }
  }
}
