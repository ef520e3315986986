package dev.rondo.etcd.companion.storage;

import dev.rondo.etcd.companion.storage.Store.Hash;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hashes that were taken at the last ten compactions, as etcd keeps them to compare members: they
 * are answered even when their revision cannot be read any more.
 */
final class CompactionHashes {
  private static final int KEPT = 10;

  private final NavigableMap<Long, Supplier<Hash>> hashes = new ConcurrentSkipListMap<>();

  /**
   * Adds the hash of a revision, which is computed by who asks for it first.
   *
   * @return computes it if nobody did
   */
  Runnable add(long revision, Supplier<Hash> computation) {
    var hash = new Computed(computation);
    hashes.put(revision, hash);
    if (hashes.size() > KEPT) {
      hashes.pollFirstEntry();
    }
    return hash;
  }

  /** The hash taken when the store was compacted at this revision; null if there is none. */
  @Nullable Hash at(long revision) {
    var hash = hashes.get(revision);
    return hash == null ? null : hash.get();
  }

  List<Supplier<Hash>> all() {
    return List.copyOf(hashes.values());
  }

  /** Is computed once, however many ask. */
  private static final class Computed implements Supplier<Hash>, Runnable {
    private @Nullable Supplier<Hash> computation; // null when done: it holds what it reads
    private @Nullable Hash hash;

    Computed(Supplier<Hash> computation) {
      this.computation = computation;
    }

    @Override
    public synchronized Hash get() {
      if (computation != null) {
        hash = computation.get();
        computation = null;
      }
      return Objects.requireNonNull(hash);
    }

    @Override
    public void run() {
      get();
    }
  }
}
