package dev.rondo.etcd.kv;

/** What one operation of a transaction did. */
public sealed interface OpResult {
  /**
   * An {@link Op.Get} was done.
   *
   * @param result what was read
   */
  record Get(RangeResult result) implements OpResult {}

  /**
   * An {@link Op.Put} was done.
   *
   * @param result what was written
   */
  record Put(PutResult result) implements OpResult {}

  /**
   * An {@link Op.Delete} was done.
   *
   * @param result what was deleted
   */
  record Delete(DeleteResult result) implements OpResult {}

  /**
   * An {@link Op.Nested} was done.
   *
   * @param result which way it went, and what was done
   */
  record Nested(TxnResult result) implements OpResult {}
}
