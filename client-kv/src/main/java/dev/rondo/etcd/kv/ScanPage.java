package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.Wire;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A part of a large range, and the way to the next; see {@link AsyncKvClient#scan}. Immutable: any
 * page may be asked for the next one as often as needed.
 *
 * <p>All pages of a scan are of one {@link #revision}, so that what is written meanwhile does not
 * show. If that revision is compacted before the last page is read, the scan fails with {@code
 * COMPACTED}.
 *
 * <pre>{@code
 * CompletableFuture<Void> done =
 *     kv.async()
 *         .scan(KeyRange.prefix("orders/"))
 *         .thenCompose(
 *             page -> page.forEachRemaining(order -> System.out.println(order.key().utf8())));
 * }</pre>
 */
public final class ScanPage {
  private static final Rpc<RangeRequest, RangeResponse> SCAN =
      Rpc.read("scan", KVGrpc.getRangeMethod(), RangeResponse::getHeader);
  private static final Bytes ZERO = Bytes.of((byte) 0);

  private final Calls calls;
  private final Namespace namespace;
  private final ScanOptions options;
  private final List<KeyValue> kvs;
  private final @Nullable KeyRange rest; // null on the last page

  private ScanPage(
      Calls calls,
      Namespace namespace,
      ScanOptions options,
      List<KeyValue> kvs,
      @Nullable KeyRange rest) {
    this.calls = calls;
    this.namespace = namespace;
    this.options = options;
    this.kvs = kvs;
    this.rest = rest;
  }

  /** Reads the first page of {@code range}. */
  static CompletableFuture<ScanPage> read(
      Calls calls, Namespace namespace, KeyRange range, ScanOptions options) {
    return calls.call(
        SCAN,
        new Requests(namespace).page(range, options),
        response -> answered(calls, namespace, range, options, response));
  }

  private static ScanPage answered(
      Calls calls,
      Namespace namespace,
      KeyRange range,
      ScanOptions options,
      RangeResponse response) {
    Revision revision = options.revision();
    if (revision.equals(Revision.NONE)) {
      revision = Wire.revision(response.getHeader().getRevision());
    }
    List<KeyValue> kvs = new Results(namespace).page(response);
    KeyRange rest = response.getMore() ? after(kvs, range, "scan") : null;
    return new ScanPage(calls, namespace, options.at(revision), kvs, rest);
  }

  /** What is left of {@code range}: there is no key between another and the same with a zero. */
  static KeyRange after(List<KeyValue> kvs, KeyRange range, String operation) {
    if (kvs.isEmpty()) {
      throw Results.malformed(operation, "a page without keys is not the last one");
    }
    Bytes last = kvs.get(kvs.size() - 1).key();
    return new KeyRange(last.append(ZERO), range.end());
  }

  /** The keys of this page, in their order. */
  public List<KeyValue> kvs() {
    return kvs;
  }

  /** The revision that all pages of the scan are of. */
  public Revision revision() {
    return options.revision();
  }

  /** Whether no page follows. */
  public boolean isLast() {
    return rest == null;
  }

  /**
   * Reads the page that follows.
   *
   * @throws IllegalStateException if this is the last one
   */
  public CompletableFuture<ScanPage> next() {
    if (rest == null) {
      throw new IllegalStateException("next must not be called on the last page of a scan");
    }
    return read(calls, namespace, rest, options);
  }

  /**
   * Hands each key of this page and of all that follow to {@code consumer}, one at a time and in
   * their order. A page is asked for when the one before it was consumed.
   *
   * @return done when all was consumed; fails with what the consumer throws, or with an {@link
   *     dev.rondo.etcd.api.EtcdException} whose code is {@link Code#COMPACTED} or another;
   *     cancelling it ends the scan
   */
  public CompletableFuture<Void> forEachRemaining(Consumer<? super KeyValue> consumer) {
    ScanWalk walk = new ScanWalk(consumer);
    walk.from(this);
    return walk;
  }
}
