package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.TwoSteps;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A part of a large range as a typed view reads it, and the way to the next; see {@link ScanPage}.
 *
 * @param <K> the type of keys
 * @param <V> the type of values
 */
public final class TypedScanPage<K, V> {
  private final ScanPage page;
  private final Codecs<K, V> codecs;

  private TypedScanPage(ScanPage page, Codecs<K, V> codecs) {
    this.page = page;
    this.codecs = codecs;
  }

  static <K, V> CompletableFuture<TypedScanPage<K, V>> of(
      CompletableFuture<ScanPage> page, Codecs<K, V> codecs) {
    return TwoSteps.map("scan", page, read -> new TypedScanPage<>(read, codecs));
  }

  /**
   * The keys of this page, in their order. They are decoded now, and again each time.
   *
   * @throws DecodingException if one of them cannot be decoded; the pages that follow can be asked
   *     for all the same
   */
  public List<TypedKeyValue<K, V>> kvs() {
    return List.copyOf(codecs.decode(page.kvs()));
  }

  /** The revision that all pages of the scan are of. */
  public Revision revision() {
    return page.revision();
  }

  /** Whether no page follows. */
  public boolean isLast() {
    return page.isLast();
  }

  /**
   * Reads the page that follows.
   *
   * @throws IllegalStateException if this is the last one
   */
  public CompletableFuture<TypedScanPage<K, V>> next() {
    return of(page.next(), codecs);
  }

  /**
   * Hands each key of this page and of all that follow to {@code consumer}; see {@link
   * ScanPage#forEachRemaining}.
   *
   * @return done when all was consumed; fails with a {@link DecodingException}, too
   */
  public CompletableFuture<Void> forEachRemaining(Consumer<? super TypedKeyValue<K, V>> consumer) {
    return page.forEachRemaining(kv -> consumer.accept(codecs.decode(kv)));
  }
}
