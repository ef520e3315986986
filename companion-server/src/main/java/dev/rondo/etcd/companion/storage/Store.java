package dev.rondo.etcd.companion.storage;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.wire.KeyValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All keys with all their revisions since the last compaction.
 *
 * <p>One thread writes: it begins a transaction, changes keys and ends it, which publishes one new
 * revision. Any number of threads read, without locks and without holding the writer up: a reader
 * sees exactly one revision, whatever is written, compacted or loaded meanwhile.
 *
 * <p>{@link Contents} holds the data, a {@link View} reads it.
 */
public final class Store {
  /** The revision of the first write; an empty store is at the one before. */
  static final long FIRST_REVISION = 2;

  private static final long NEVER_COMPACTED = -1;

  private final Executor background;
  private volatile Contents contents = new Contents(NEVER_COMPACTED, FIRST_REVISION - 1);
  private volatile Consumer<Commit> listener = commit -> {};
  private final List<Runnable> loadListeners = new CopyOnWriteArrayList<>();

  /**
   * Makes an empty store.
   *
   * @param background sweeps after compactions and hashes what they remove: a second or so for each
   *     million of keys. One thread is enough. It stays the caller's; when it takes no more work it
   *     should drop it silently, since the last reader of a compacted revision hands it the sweep
   */
  public Store(Executor background) {
    this.background = background;
  }

  /** The newest published revision; 1 when nothing was ever written. */
  public long revision() {
    return contents.revision();
  }

  /**
   * The floor: older revisions cannot be read any more. It is -1 before the first compaction, as in
   * etcd.
   */
  public long compactRevision() {
    return contents.floor().revision();
  }

  /**
   * Reads keys in ascending order as they were at a revision (0 or less: the newest).
   *
   * <p>A range that has begun sees its revision to the end, even if that is compacted meanwhile.
   *
   * @param limit at most so many keys, 0 for all; the count is of all nevertheless
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException COMPACTED or FUTURE_REVISION
   */
  public Page range(Interval keys, long revision, long limit) {
    try (var view = View.of(contents)) {
      return view.range(keys, revision, limit);
    }
  }

  /**
   * Counts keys as they were at a revision; the page has no key-values.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException COMPACTED or FUTURE_REVISION
   */
  public Page count(Interval keys, long revision) {
    try (var view = View.of(contents)) {
      return view.count(keys, revision);
    }
  }

  /**
   * Reads what was done from a revision on, that one included, oldest first and whole revisions
   * only; stops at the newest, or once it has {@code maxChanges} changes.
   *
   * <p>It may begin at the floor itself: what was put or deleted right there is still known.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException COMPACTED if {@code from} lies below
   *     the floor
   */
  public History history(long from, int maxChanges) {
    try (var view = View.of(contents)) {
      return view.history(from, maxChanges);
    }
  }

  /**
   * Computes the hash of all that is stored up to a revision (0: the newest).
   *
   * <p>As in etcd, revisions that were lately compacted at have a hash that was taken right before,
   * and answer with that, whatever the floor is now. Takes a second or so for each million of keys.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException COMPACTED or FUTURE_REVISION
   */
  public Hash hash(long revision) {
    var now = contents;
    var taken = now.hashes().at(revision);
    if (taken != null) {
      return taken;
    }
    try (var view = View.of(now)) {
      return KeyValueHash.at(view, revision);
    }
  }

  /**
   * Roughly the most bytes in use since the last {@link #defragment}: etcd's file keeps its size,
   * too.
   */
  public long size() {
    return contents.footprint().peak();
  }

  /** Roughly how many bytes of memory the stored versions take. */
  public long sizeInUse() {
    return contents.footprint().inUse();
  }

  /** Lets {@link #size} be what is in use. */
  public void defragment() {
    contents.footprint().shrink();
  }

  /**
   * Begins a change of one revision. For the one writing thread, which ends it before it begins
   * another, compacts, saves or loads.
   */
  public Transaction begin() {
    return new WriteTransaction(contents, listener);
  }

  /**
   * Raises the floor, at once. What no revision from there on needs is swept in the background,
   * after the last reader that began before. For the writing thread.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException COMPACTED or FUTURE_REVISION
   */
  public void compact(long revision) {
    contents.compact(revision, background);
  }

  /** Completes when all that the last compaction made superfluous is gone. */
  public CompletableFuture<Void> swept() {
    return contents.floor().swept();
  }

  /**
   * The listener hears of each commit on the writing thread, right after it was published. Set
   * before the first write.
   */
  public void onCommit(Consumer<Commit> listener) {
    this.listener = listener;
  }

  /** The listener is told by the writing thread after each {@link #load}. */
  public void onLoad(Runnable listener) {
    loadListeners.add(listener);
  }

  /**
   * Freezes the present state, cheaply; what it returns can be written by any thread while writing
   * goes on. For the writing thread.
   */
  public Saver save() {
    return new ViewSaver(View.of(contents));
  }

  /**
   * Replaces everything by what was saved; readers see all of the old or all of the new. The
   * listener of commits hears nothing. Reads as much as was saved and no byte more, in small
   * pieces: give it a buffered stream. For the writing thread.
   *
   * @throws IOException if the stream fails or is damaged; nothing has changed then
   */
  public void load(InputStream from) throws IOException {
    contents = Snapshot.read(from);
    loadListeners.forEach(Runnable::run);
  }

  /**
   * What a range answered: {@code count} is that of all keys in the range, whatever the limit;
   * {@code revision} is the newest at the time.
   */
  public record Page(List<KeyValue> keyValues, long count, long revision) {}

  /** A published revision with all its changes, in the order in which they were made. */
  public record Commit(long revision, List<Change> changes) {}

  /** All changes up to the revision {@code through}, that one included. */
  public record History(List<Commit> commits, long through) {}

  /**
   * The hash of what is stored up to {@code revision}; equal on all members, and to etcd's of the
   * same history. Only hashes of the same two revisions can be compared.
   */
  public record Hash(int hash, long revision, long compactRevision) {}

  /** A frozen state. Until it is written or closed, nothing of it is swept. */
  public interface Saver extends AutoCloseable {
    /** Writes the state, once, and closes this saver, but not the stream. */
    void writeTo(OutputStream to) throws IOException;

    /** Lets the state go. A second time is harmless. */
    @Override
    default void close() {}
  }

  /** A change that is being made; sees itself. Nobody else sees it before {@link #commit}. */
  public interface Transaction extends AutoCloseable {
    /** Like {@link Store#range}; once something was changed, the newest revision is this one. */
    Page range(Interval keys, long revision, long limit);

    /** Like {@link Store#count}. */
    Page count(Interval keys, long revision);

    /** The key as it is now. */
    @Nullable KeyValue get(ByteString key);

    /** Returns what is stored now. */
    KeyValue put(ByteString key, ByteString value, long lease);

    /** Returns what was deleted, in order of keys. */
    List<KeyValue> delete(Interval keys);

    /** Whether anything was changed. */
    boolean isChanged();

    /**
     * Publishes; if nothing was changed there is no new revision. Returns the store's revision
     * afterwards.
     */
    long commit();

    /** Takes back what was not committed. */
    @Override
    void close();
  }
}
