package dev.rondo.etcd.kv;

import java.util.ArrayList;
import java.util.List;

/**
 * A transaction as a value: if all comparisons hold, one list of operations is done, else the
 * other, all at one revision. Each method returns a new value.
 *
 * <pre>{@code
 * Txn claim = Txn.when(Compare.missing("owner")).then(Op.put("owner", "me")).orElse(Op.get("owner"));
 * TxnResult claimed = kv.txn(claim);
 * }</pre>
 *
 * <p>A transaction that only reads is repeated like any other read; one that may write is repeated
 * like any other write. It is linearizable, unless each operation is a serializable get. One of
 * comparisons alone is answered by the member asked, which may be behind (etcd has nothing to read
 * for it); add a get to have the quorum answer.
 *
 * @param compares what must hold; nothing always holds
 * @param success what is done if it does
 * @param failure what is done if it does not
 */
public record Txn(List<Compare> compares, List<Op> success, List<Op> failure) {
  /** Neither conditions nor operations. */
  static final Txn EMPTY = new Txn(List.of(), List.of(), List.of());

  /** Copies the lists. */
  public Txn {
    compares = List.copyOf(compares);
    success = List.copyOf(success);
    failure = List.copyOf(failure);
  }

  /** Returns a transaction with these conditions, which does nothing yet. */
  public static Txn when(Compare... compares) {
    return EMPTY.and(compares);
  }

  /** Returns a transaction that does {@code ops} without conditions. */
  public static Txn of(Op... ops) {
    return EMPTY.then(ops);
  }

  /** Adds conditions. */
  public Txn and(Compare... compares) {
    return new Txn(joined(this.compares, compares), success, failure);
  }

  /** Adds operations that are done if all conditions hold. */
  public Txn then(Op... ops) {
    return new Txn(compares, joined(success, ops), failure);
  }

  /** Adds operations that are done if a condition does not hold. */
  public Txn orElse(Op... ops) {
    return new Txn(compares, success, joined(failure, ops));
  }

  private static <T> List<T> joined(List<T> first, T[] then) {
    if (first.isEmpty()) {
      return List.of(then);
    }
    List<T> joined = new ArrayList<>(first);
    joined.addAll(List.of(then));
    return joined;
  }

  void requireNotEmpty() {
    if (compares.isEmpty() && success.isEmpty() && failure.isEmpty()) {
      throw new IllegalArgumentException(
          "a transaction must have at least one comparison or operation, was empty");
    }
  }

  /** Whether no operation changes anything, those of nested transactions included. */
  boolean isReadOnly() {
    return areReads(success) && areReads(failure);
  }

  private static boolean areReads(List<Op> ops) {
    for (Op op : ops) {
      boolean reads =
          op instanceof Op.Get || (op instanceof Op.Nested nested && nested.txn().isReadOnly());
      if (!reads) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether the member asked may answer alone. Etcd takes nested transactions through the quorum,
   * whatever they do.
   */
  boolean isSerializable() {
    return !(success.isEmpty() && failure.isEmpty())
        && areSerializable(success)
        && areSerializable(failure);
  }

  private static boolean areSerializable(List<Op> ops) {
    for (Op op : ops) {
      if (!(op instanceof Op.Get get && get.options().isSerializable())) {
        return false;
      }
    }
    return true;
  }
}
