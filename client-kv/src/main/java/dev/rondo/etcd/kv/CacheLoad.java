package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads all that a range holds at one revision, page by page, as long as it is within the limits of
 * a cache. Keys that have not changed are those that the cache has, so that a large one is not held
 * twice meanwhile.
 */
final class CacheLoad extends CompletableFuture<CacheSnapshot> {
  private static final int FIRST_PAGE = 100;
  private static final int LARGEST_PAGE = 5_000;

  /** What a page should have, going by the one before. */
  private static final int PAGE_BYTES = 1 << 20;

  private final Supplier<AsyncKvClient> client; // for the next call
  private final KeyRange range;
  private final CacheOptions options;
  private final @Nullable CacheSnapshot before;
  private final Executor executor;
  private volatile @Nullable CompletableFuture<RangeResult> coming;

  // Touched by one page after the other.
  private final List<KeyValue> kvs = new ArrayList<>();
  private long bytes; // of keys and values
  private Revision revision = Revision.NONE; // until the first page is there
  private int pageSize = FIRST_PAGE;
  private int largestPage = LARGEST_PAGE;

  CacheLoad(
      Supplier<AsyncKvClient> client,
      KeyRange range,
      CacheOptions options,
      @Nullable CacheSnapshot before,
      Executor executor) {
    this.client = client;
    this.range = range;
    this.options = options;
    this.before = before;
    this.executor = executor;
  }

  void start() {
    ask(range);
  }

  /** Whoever cancels either sees the page that is coming, or is seen here. */
  private void ask(KeyRange rest) {
    CompletableFuture<RangeResult> page =
        client.get().get(rest, get -> get.limit(pageSize).revision(revision));
    coming = page;
    if (isDone()) {
      page.cancel(true);
    }
    var unused = page.whenCompleteAsync((read, failure) -> came(rest, read, failure), executor);
  }

  private void came(KeyRange rest, @Nullable RangeResult page, @Nullable Throwable failure) {
    if (isDone()) {
      return;
    }
    try {
      if (page != null) {
        take(page);
      } else {
        failed(rest, Objects.requireNonNull(failure));
      }
    } catch (RuntimeException | Error e) {
      completeExceptionally(e);
    }
  }

  private void failed(KeyRange rest, Throwable failure) {
    boolean isTooLarge =
        failure instanceof EtcdException known && known.code() == Code.ANSWER_TOO_LARGE;
    if (isTooLarge && pageSize > 1) {
      pageSize /= 2;
      largestPage = pageSize;
      ask(rest);
    } else {
      completeExceptionally(failure);
    }
  }

  private void take(RangeResult page) {
    if (revision.equals(Revision.NONE)) {
      revision = page.header().revision();
      requireNotBehind();
    }
    require(kvs.size() + page.count());
    long bytesBefore = bytes;
    for (KeyValue kv : page.kvs()) {
      add(kv);
    }
    if (!page.more()) {
      complete(new CacheSnapshot(SortedKeys.of(kvs), revision));
      return;
    }
    KeyRange rest = ScanPage.after(page.kvs(), range, "cache");
    long average = Math.max(1, (bytes - bytesBefore) / page.kvs().size());
    pageSize = (int) Math.max(1, Math.min(largestPage, PAGE_BYTES / average));
    ask(rest);
  }

  private void requireNotBehind() {
    Revision seen = before == null ? Revision.of(1) : before.revision();
    if (revision.compareTo(seen) < 0) {
      throw Results.malformed(
          "cache",
          "revision " + revision + " came after " + seen + " was seen; has data been lost?");
    }
  }

  /** A range that is too large is better refused before it is read. */
  private void require(long keys) {
    if (options.isExceededBy(keys, bytes)) {
      throw CacheEndedException.of(new CacheEnd.Exceeded(keys, bytes), options);
    }
  }

  private void add(KeyValue kv) {
    if (!kvs.isEmpty() && kvs.get(kvs.size() - 1).key().compareTo(kv.key()) >= 0) {
      throw Results.malformed("cache", "the keys of a page are not in their order");
    }
    KeyValue known = before == null ? null : before.keys().get(kv.key());
    kvs.add(known != null && known.modRevision().equals(kv.modRevision()) ? known : kv);
    bytes += SortedKeys.size(kv);
    require(kvs.size());
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    CompletableFuture<RangeResult> page = coming;
    if (cancelled && page != null) {
      page.cancel(mayInterruptIfRunning);
    }
    return cancelled;
  }
}
