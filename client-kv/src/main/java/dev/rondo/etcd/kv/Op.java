package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import java.util.function.Consumer;

/**
 * One thing that a transaction does.
 *
 * <pre>{@code
 * import static dev.rondo.etcd.kv.Op.get;
 * import static dev.rondo.etcd.kv.Op.put;
 *
 * kv.txn().then(put("a", "1"), get("b")).commit();
 * }</pre>
 */
public sealed interface Op {
  /** Reads one key, in UTF-8. */
  static Op get(String key) {
    return get(Bytes.utf8(key));
  }

  /** Reads one key. */
  static Op get(Bytes key) {
    return get(KeyRange.key(key));
  }

  /** Reads a range. */
  static Op get(KeyRange range) {
    return new Get(range, GetOptions.DEFAULT);
  }

  /** Reads a range in the way that {@code options} says. */
  static Op get(KeyRange range, Consumer<GetOptions.Builder> options) {
    return new Get(range, GetOptions.of(options));
  }

  /** Writes a key, both in UTF-8. */
  static Op put(String key, String value) {
    return put(Bytes.utf8(key), Bytes.utf8(value));
  }

  /** Writes a key. */
  static Op put(Bytes key, Bytes value) {
    return new Put(key, value, PutOptions.DEFAULT);
  }

  /** Writes a key, both in UTF-8, in the way that {@code options} says. */
  static Op put(String key, String value, Consumer<PutOptions.Builder> options) {
    return put(Bytes.utf8(key), Bytes.utf8(value), options);
  }

  /** Writes a key in the way that {@code options} says. */
  static Op put(Bytes key, Bytes value, Consumer<PutOptions.Builder> options) {
    return new Put(key, value, PutOptions.of(options));
  }

  /** Deletes one key, in UTF-8. */
  static Op delete(String key) {
    return delete(Bytes.utf8(key));
  }

  /** Deletes one key. */
  static Op delete(Bytes key) {
    return delete(KeyRange.key(key));
  }

  /** Deletes a range. */
  static Op delete(KeyRange range) {
    return new Delete(range, DeleteOptions.DEFAULT);
  }

  /** Deletes a range in the way that {@code options} says. */
  static Op delete(KeyRange range, Consumer<DeleteOptions.Builder> options) {
    return new Delete(range, DeleteOptions.of(options));
  }

  /** Runs a transaction inside the other. */
  static Op txn(Txn txn) {
    return new Nested(txn);
  }

  /**
   * Reads a range. It sees what the operations before it in the same transaction did.
   *
   * @param range what is read
   * @param options how it is read
   */
  record Get(KeyRange range, GetOptions options) implements Op {}

  /**
   * Writes a key. A transaction may write each key once at most (etcd API, {@code TxnRequest});
   * else it fails with {@code DUPLICATE_KEY}.
   *
   * @param key what is written, at least one byte
   * @param value what it is set to; empty if the key keeps its value
   * @param options how it is written
   */
  record Put(Bytes key, Bytes value, PutOptions options) implements Op {
    /** Checks that there is a key, and no value where the key keeps its own. */
    public Put {
      if (key.isEmpty()) {
        throw new IllegalArgumentException("a key must have at least one byte, was empty");
      }
      if (options.isIgnoreValue() && !value.isEmpty()) {
        throw new IllegalArgumentException(
            "ignoreValue must come with an empty value, was with one of "
                + value.size()
                + " bytes");
      }
    }
  }

  /**
   * Deletes a range.
   *
   * @param range what is deleted
   * @param options how it is deleted
   */
  record Delete(KeyRange range, DeleteOptions options) implements Op {}

  /**
   * Runs a transaction inside the other. Its comparisons look at the store as it was before the
   * outer one began.
   *
   * @param txn what is run; it must do something
   */
  record Nested(Txn txn) implements Op {
    /** Checks that the transaction does something. */
    public Nested {
      txn.requireNotEmpty();
    }
  }
}
