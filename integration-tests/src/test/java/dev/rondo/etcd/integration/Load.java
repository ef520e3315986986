package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.kv.KvClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Readers and writers that go on until they are stopped, and note how each call began and ended.
 * Each writer has a key of its own and writes to it one call at a time, so that the key's version
 * tells how many of its writes were applied.
 */
final class Load implements AutoCloseable {
  /** One call; times as {@link System#nanoTime} has them. */
  record Call(
      boolean isRead,
      int caller,
      long start,
      long end,
      MemberId member,
      @Nullable EtcdException failure) {
    boolean hasSucceeded() {
      return failure == null;
    }

    Duration took() {
      return Duration.ofNanos(end - start);
    }
  }

  private final KvClient kv;
  private final String prefix;
  private final int writers;
  private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean isStopping;

  private Load(KvClient kv, String prefix, int writers) {
    this.kv = kv;
    this.prefix = prefix;
    this.writers = writers;
  }

  /**
   * Starts that many callers on keys that begin with {@code prefix}, which nobody else may write.
   */
  static Load start(KvClient kv, String prefix, int readers, int writers) {
    Load load = new Load(kv, prefix, writers);
    for (int i = 0; i < readers; i++) {
      load.begin(i, true, load::read);
    }
    for (int i = 0; i < writers; i++) {
      int writer = i;
      load.begin(i, false, () -> load.write(writer));
    }
    return load;
  }

  private void begin(int caller, boolean isRead, Supplier<MemberId> operation) {
    Thread thread =
        new Thread(
            () -> {
              while (!isStopping) {
                call(caller, isRead, operation);
              }
            },
            (isRead ? "reader-" : "writer-") + caller);
    threads.add(thread);
    thread.start();
  }

  private void call(int caller, boolean isRead, Supplier<MemberId> operation) {
    long start = System.nanoTime();
    MemberId member = MemberId.NONE;
    EtcdException failure = null;
    try {
      member = operation.get();
    } catch (EtcdException e) {
      failure = e;
    }
    calls.add(new Call(isRead, caller, start, System.nanoTime(), member, failure));
  }

  private MemberId read() {
    return kv.get(KeyRange.key(prefix + "read")).header().memberId();
  }

  private MemberId write(int writer) {
    return kv.put(key(writer), Bytes.utf8("value")).header().memberId();
  }

  private Bytes key(int writer) {
    return Bytes.utf8(prefix + "writer-" + writer);
  }

  /** Stops and waits for the calls under way. */
  List<Call> stop() {
    isStopping = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return calls();
  }

  List<Call> calls() {
    return List.copyOf(calls);
  }

  long successes() {
    return calls.stream().filter(Call::hasSucceeded).count();
  }

  @Override
  public void close() {
    stop();
  }

  /**
   * The longest time within {@code from} and {@code to} in which no call of this kind succeeded.
   */
  static Duration longestGap(List<Call> calls, boolean isRead, long from, long to) {
    List<Long> ends =
        calls.stream()
            .filter(call -> call.isRead() == isRead && call.hasSucceeded())
            .map(Call::end)
            .filter(end -> end >= from && end <= to)
            .sorted(Comparator.naturalOrder())
            .toList();
    long longest = 0;
    long last = from;
    for (long end : ends) {
      longest = Math.max(longest, end - last);
      last = end;
    }
    return Duration.ofNanos(Math.max(longest, to - last));
  }

  /**
   * The longest time within {@code from} and {@code to} in which one and the same caller had no
   * success.
   */
  static Duration longestGapOfAnyCaller(List<Call> calls, boolean isRead, long from, long to) {
    return calls.stream()
        .filter(call -> call.isRead() == isRead)
        .collect(Collectors.groupingBy(Call::caller))
        .values()
        .stream()
        .map(own -> longestGap(own, isRead, from, to))
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  /** Successes a second between {@code from} and {@code to}. */
  static double rate(List<Call> calls, long from, long to) {
    long successes =
        calls.stream()
            .filter(call -> call.hasSucceeded() && call.end() >= from && call.end() < to)
            .count();
    return successes * 1e9 / (to - from);
  }

  static List<Call> failures(List<Call> calls, boolean isRead) {
    return calls.stream().filter(call -> call.isRead() == isRead && !call.hasSucceeded()).toList();
  }

  /** Checks that every failed write is one of unknown outcome, and returns them. */
  static List<Call> unknownWrites(List<Call> calls) {
    List<Call> failed = failures(calls, false);
    assertThat(failed)
        .allSatisfy(call -> assertThat(call.failure()).isInstanceOf(OutcomeUnknownException.class));
    return failed;
  }

  static void assertNoReadFailed(List<Call> calls) {
    assertThat(failures(calls, true)).extracting(Call::failure).isEmpty();
  }

  /**
   * Checks that the version of each writer's key lies between its acknowledged writes and those
   * together with the unknown ones: none was lost, and none was applied twice.
   */
  void assertAppliedAtMostOnce(List<Call> calls) {
    for (int i = 0; i < writers; i++) {
      int writer = i;
      List<Call> own =
          calls.stream().filter(call -> !call.isRead() && call.caller() == writer).toList();
      long acknowledged = own.stream().filter(Call::hasSucceeded).count();
      long unknown =
          own.stream()
              .filter(
                  call ->
                      call.failure() != null && call.failure().outcome() == WriteOutcome.UNKNOWN)
              .count();
      Optional<KeyValue> key = kv.get(key(writer));
      long version = key.map(KeyValue::version).orElse(0L);

      assertThat(version).as("writer %d", writer).isBetween(acknowledged, acknowledged + unknown);
    }
  }

  /** The time of the first call that {@code kind} succeeded in after {@code from}. */
  static Duration firstSuccess(List<Call> calls, boolean isRead, long from) {
    return Duration.ofNanos(
        calls.stream()
                .filter(
                    call -> call.isRead() == isRead && call.hasSucceeded() && call.end() >= from)
                .mapToLong(Call::end)
                .min()
                .orElseThrow()
            - from);
  }
}
