package dev.rondo.etcd.testing.history;

import static java.util.Comparator.comparingLong;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What clients asked and what they were told, with the times at which they did and were. Safe for
 * use by many threads, which hardly notice each other.
 *
 * <pre>{@code
 * var history = new History();
 * // in each of many threads, again and again:
 * var call = history.begin(Operation.put("a", "value-17"));
 * try {
 *   call.answered(new Answer(revisionOfHeader, new Result.Put(Optional.empty())));
 * } catch (TimeoutException e) {
 *   call.unknown();
 * }
 * // when all have ended:
 * history.requireLinearizable();
 * }</pre>
 *
 * <p>Each value is written by one operation only, and nobody else writes to the cluster while the
 * history is recorded, not even to other keys: each revision must have its write. What the cluster
 * does on its own, such as deleting the key of an expired lease, is recorded as an operation that
 * begins before it may happen and never ends.
 */
public final class History {
  private final Baseline baseline;
  private final LongSupplier nanoTime;
  private final long origin;
  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

  /** Starts a history of a cluster in which nothing was ever written. */
  public History() {
    this(Baseline.EMPTY, System::nanoTime);
  }

  History(Baseline baseline, LongSupplier nanoTime) {
    this.baseline = baseline;
    this.nanoTime = nanoTime;
    this.origin = nanoTime.getAsLong();
  }

  /**
   * Starts a history of a cluster that is at {@code revision} and holds {@code entries}; keys that
   * the history does not touch may be left out.
   */
  public static History from(long revision, List<Entry> entries) {
    return new History(new Baseline(revision, entries), System::nanoTime);
  }

  /** Begins an operation of the client that is named like the current thread. */
  public Call begin(Operation operation) {
    return begin(Thread.currentThread().getName(), operation);
  }

  /** Begins an operation. Call it right before the request is sent. */
  public Call begin(String client, Operation operation) {
    var call = new Call(client, operation);
    calls.add(call);
    return call;
  }

  /** Judges what was recorded so far. Calls that have not ended may or may not be applied. */
  public Verdict check() {
    // a thread may lose its turn between the begin of a call and the note of it
    var begun = new ArrayList<>(calls);
    begun.sort(comparingLong(call -> call.began));
    var recorded = new ArrayList<Recorded>();
    for (var call : begun) {
      recorded.add(call.recorded(recorded.size() + 1));
    }
    return new Checker(baseline, recorded).check();
  }

  /** Fails with an explanation unless {@link #check} finds the history linearizable. */
  public void requireLinearizable() {
    var verdict = check();
    if (verdict instanceof Verdict.Violation violation) {
      throw new AssertionError(violation.explanation());
    }
    if (verdict instanceof Verdict.Undecided undecided) {
      throw new AssertionError(undecided.explanation());
    }
  }

  private long now() {
    return nanoTime.getAsLong() - origin;
  }

  private record Ending(long at, Outcome outcome) {}

  /** An operation that has begun. It ends once; one that never does counts as unknown. */
  public final class Call {
    private final String client;
    private final Operation operation;
    private final long began;
    private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();

    private Call(String client, Operation operation) {
      this.client = client;
      this.operation = operation;
      this.began = now();
    }

    /** Ends it with the cluster's answer, which must have the form of the operation. */
    public void answered(Answer answer) {
      if (!operation.isAnsweredBy(answer.result())) {
        throw new IllegalArgumentException(
            "'" + operation + "' cannot be answered by '" + answer.result() + "'");
      }
      end(new Outcome.Answered(answer));
    }

    /** Ends it as a failure that surely left nothing behind, now or later. */
    public void notApplied() {
      end(new Outcome.NotApplied());
    }

    /** Ends it as one that was applied, or will be, or never. */
    public void unknown() {
      end(new Outcome.Unknown());
    }

    private void end(Outcome outcome) {
      if (!ending.compareAndSet(null, new Ending(now(), outcome))) {
        throw new IllegalStateException("'" + operation + "' has ended already");
      }
    }

    private Recorded recorded(int number) {
      var end = Optional.ofNullable(ending.get());
      return new Recorded(
          number,
          client,
          operation,
          began,
          end.map(Ending::at).orElse(Long.MAX_VALUE),
          end.map(Ending::outcome).orElse(new Outcome.Unknown()));
    }
  }
}
