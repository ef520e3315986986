package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * What a transaction did.
 *
 * <pre>{@code
 * TxnResult done = kv.txn().then(Op.put("a", "1"), Op.get("b")).commit();
 * RangeResult read = done.get(1);
 * }</pre>
 *
 * @param header where and when
 * @param succeeded whether all comparisons held, so that {@code then} was done and not {@code
 *     orElse}
 * @param results one for each operation that was done, in their order
 */
public record TxnResult(ResponseHeader header, boolean succeeded, List<OpResult> results) {
  /** Copies the list. */
  public TxnResult {
    results = List.copyOf(results);
  }

  /**
   * What the operation at {@code index} read.
   *
   * @param index counted from 0
   * @throws IndexOutOfBoundsException if there is no such operation
   * @throws IllegalStateException if it is not a get
   */
  public RangeResult get(int index) {
    if (at(index) instanceof OpResult.Get get) {
      return get.result();
    }
    throw mismatch(index, "get");
  }

  /**
   * What the operation at {@code index} wrote.
   *
   * @param index counted from 0
   * @throws IndexOutOfBoundsException if there is no such operation
   * @throws IllegalStateException if it is not a put
   */
  public PutResult put(int index) {
    if (at(index) instanceof OpResult.Put put) {
      return put.result();
    }
    throw mismatch(index, "put");
  }

  /**
   * What the operation at {@code index} deleted.
   *
   * @param index counted from 0
   * @throws IndexOutOfBoundsException if there is no such operation
   * @throws IllegalStateException if it is not a delete
   */
  public DeleteResult delete(int index) {
    if (at(index) instanceof OpResult.Delete delete) {
      return delete.result();
    }
    throw mismatch(index, "delete");
  }

  /**
   * What the nested transaction at {@code index} did.
   *
   * @param index counted from 0
   * @throws IndexOutOfBoundsException if there is no such operation
   * @throws IllegalStateException if it is not a transaction
   */
  public TxnResult txn(int index) {
    if (at(index) instanceof OpResult.Nested nested) {
      return nested.result();
    }
    throw mismatch(index, "txn");
  }

  private OpResult at(int index) {
    if (index < 0 || index >= results.size()) {
      throw new IndexOutOfBoundsException(
          "index must be that of one of " + results.size() + " results, was " + index);
    }
    return results.get(index);
  }

  private IllegalStateException mismatch(int index, String wanted) {
    String branch = succeeded ? "then" : "orElse";
    return new IllegalStateException(
        "result " + index + " of " + branch + " must be a " + wanted + ", was a " + kind(index));
  }

  private String kind(int index) {
    OpResult result = results.get(index);
    if (result instanceof OpResult.Get) {
      return "get";
    }
    if (result instanceof OpResult.Put) {
      return "put";
    }
    return result instanceof OpResult.Delete ? "delete" : "txn";
  }
}
