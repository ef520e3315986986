package dev.rondo.etcd.kv;

import java.util.function.Function;

/**
 * Collects a transaction and sends it; see {@link KvClient#txn()}. Not safe for use by many
 * threads.
 *
 * @param <R> what sending it returns: a {@link TxnResult}, or the future of one
 */
public final class TxnBuilder<R> {
  private final Function<Txn, R> send;
  private Txn txn = Txn.EMPTY;

  TxnBuilder(Function<Txn, R> send) {
    this.send = send;
  }

  /** Adds conditions; all of them must hold. */
  public TxnBuilder<R> when(Compare... compares) {
    txn = txn.and(compares);
    return this;
  }

  /** Adds operations that are done if all conditions hold. */
  public TxnBuilder<R> then(Op... ops) {
    txn = txn.then(ops);
    return this;
  }

  /** Adds operations that are done if a condition does not hold. */
  public TxnBuilder<R> orElse(Op... ops) {
    txn = txn.orElse(ops);
    return this;
  }

  /**
   * Sends the transaction.
   *
   * @throws IllegalArgumentException if there is neither a condition nor an operation
   */
  public R commit() {
    return send.apply(txn);
  }
}
