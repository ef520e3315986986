package dev.rondo.etcd.testing.history;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What an operation found or did. */
public sealed interface Result {
  /**
   * A key was written.
   *
   * @param previous what it held before, if that was asked for and there was something
   */
  record Put(Optional<Entry> previous) implements Result {
    @Override
    public Stream<Entry> entries() {
      return previous.stream();
    }

    @Override
    public String toString() {
      return previous.map(entry -> "wrote over " + entry).orElse("wrote");
    }
  }

  /** Keys were read, in their order. */
  record Get(List<Entry> found) implements Result {
    /** Copies the list. */
    public Get {
      found = List.copyOf(found);
    }

    @Override
    public Stream<Entry> entries() {
      return found.stream();
    }

    @Override
    public String toString() {
      return found.isEmpty() ? "found nothing" : "found " + found;
    }
  }

  /**
   * Keys were deleted.
   *
   * @param deleted how many
   * @param previous what they held, in their order, if that was asked for
   */
  record Delete(long deleted, List<Entry> previous) implements Result {
    /** Copies the list. */
    public Delete {
      previous = List.copyOf(previous);
    }

    @Override
    public Stream<Entry> entries() {
      return previous.stream();
    }

    @Override
    public String toString() {
      return "deleted " + deleted + (previous.isEmpty() ? "" : ", namely " + previous);
    }
  }

  /**
   * A transaction took one of its branches.
   *
   * @param results one for each operation of that branch
   */
  record Txn(boolean succeeded, List<Result> results) implements Result {
    /** Copies the list. */
    public Txn {
      results = List.copyOf(results);
    }

    @Override
    public Stream<Entry> entries() {
      return results.stream().flatMap(Result::entries);
    }

    @Override
    public String toString() {
      return (succeeded ? "succeeded: " : "took the else branch: ") + results;
    }
  }

  /** Returns the keys that this shows, as they were. */
  Stream<Entry> entries();
}
