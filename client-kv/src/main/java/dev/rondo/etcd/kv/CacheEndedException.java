package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import org.jspecify.annotations.Nullable;

/**
 * A cache was read that is over and was not closed by its user, or could not be made; {@link #end}
 * says why. Its code is {@code RESOURCE_EXHAUSTED} if the range is larger than the cache may be,
 * {@code CLOSED} if the connection was closed, or that of the refusal.
 */
public final class CacheEndedException extends EtcdException {
  private static final long serialVersionUID = 1L;

  private final transient CacheEnd end;

  private CacheEndedException(
      CacheEnd end,
      Code code,
      @Nullable String endpoint,
      String detail,
      @Nullable Throwable cause) {
    super(code, WriteOutcome.NOT_APPLIED, new Call("cache", endpoint, 0), detail, cause);
    this.end = end;
  }

  static CacheEndedException of(CacheEnd end, CacheOptions options) {
    if (end instanceof CacheEnd.Exceeded exceeded) {
      String detail =
          "it may hold %d keys of %d bytes, and the range has at least %d keys of %d bytes"
              .formatted(options.maxKeys(), options.maxBytes(), exceeded.keys(), exceeded.bytes());
      return new CacheEndedException(end, Code.RESOURCE_EXHAUSTED, null, detail, null);
    }
    if (end instanceof CacheEnd.Refused refused) {
      EtcdException failure = refused.failure();
      String where = failure.endpoint().orElse(null);
      return new CacheEndedException(end, failure.code(), where, "it was refused", failure);
    }
    return new CacheEndedException(end, Code.CLOSED, null, "the connection was closed", null);
  }

  /** Why the cache ended. */
  public CacheEnd end() {
    return end;
  }
}
