package dev.rondo.etcd.integration;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.ResponseHeader;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Op;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The calls that each fault is tried with. */
enum KvCall {
  PUT,
  DELETE,
  TXN,
  GET,
  LOCAL_GET,
  LOCAL_TXN;

  /**
   * How one call ended.
   *
   * @param header of its answer; null if it failed
   * @param failure why it failed; null if it did not
   */
  record Ended(@Nullable ResponseHeader header, @Nullable EtcdException failure, Duration took) {
    boolean hasFailed() {
      return failure != null;
    }

    /**
     * Whether it was refused with this code until its time was over, even if one more attempt was
     * on its way at that moment.
     */
    boolean wasRefused(Code code) {
      return failure != null
          && (failure.code() == code
              || (failure.code() == Code.DEADLINE_EXCEEDED
                  && Arrays.stream(failure.getSuppressed())
                      .anyMatch(earlier -> earlier.getMessage().endsWith(code.text()))));
    }
  }

  ResponseHeader of(KvClient kv, String key) {
    return switch (this) {
      case PUT -> kv.put(key, "value").header();
      case DELETE -> kv.delete(key).header();
      case TXN -> kv.txn().then(Op.put(key, "value")).commit().header();
      case GET -> kv.get(KeyRange.key(key)).header();
      case LOCAL_GET -> kv.get(KeyRange.key(key), get -> get.serializable()).header();
      case LOCAL_TXN ->
          kv.txn().then(Op.get(KeyRange.key(key), get -> get.serializable())).commit().header();
    };
  }

  /** Makes the call and notes how it ended. */
  Ended tried(KvClient kv, String key) {
    long start = System.nanoTime();
    ResponseHeader header = null;
    EtcdException failure = null;
    try {
      header = of(kv, key);
    } catch (EtcdException e) {
      failure = e;
    }
    return new Ended(header, failure, Duration.ofNanos(System.nanoTime() - start));
  }
}
