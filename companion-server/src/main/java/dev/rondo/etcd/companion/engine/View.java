package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.companion.storage.Interval;
import dev.rondo.etcd.companion.storage.Store;
import java.util.function.Function;

/** The keys as one request sees them. */
interface View {
  /** The newest revision that can be read. */
  long revision();

  /**
   * Reads as {@link Store#range} does.
   *
   * @param revision 0 or less for the newest
   */
  Store.Page range(Interval keys, long revision, long limit);

  /** Counts as {@link Store#count} does. */
  Store.Page count(Interval keys, long revision);

  /** Reads at the newest revision, whatever is written and compacted meanwhile. */
  static <T> T atNewest(Store store, Function<View, T> read) {
    while (true) {
      var view = new Fixed(store, store.revision());
      try {
        return read.apply(view);
      } catch (EtcdErrorException e) {
        if (e.error() != EtcdError.COMPACTED || store.compactRevision() <= view.revision()) {
          throw e;
        }
        // writes and a compaction went over what was the newest revision: begin again
      }
    }
  }

  /** What is stored at one revision, whatever is written meanwhile. */
  record Fixed(Store store, long revision) implements View {
    @Override
    public Store.Page range(Interval keys, long at, long limit) {
      return asOfNow(store.range(keys, readable(at), limit));
    }

    @Override
    public Store.Page count(Interval keys, long at) {
      return asOfNow(store.count(keys, readable(at)));
    }

    private long readable(long at) {
      if (at > revision) {
        throw EtcdError.FUTURE_REVISION.exception();
      }
      return at > 0 ? at : revision;
    }

    private Store.Page asOfNow(Store.Page page) {
      return new Store.Page(page.keyValues(), page.count(), revision);
    }
  }

  /** Whatever is newest at each look. */
  record Newest(Store store) implements View {
    @Override
    public long revision() {
      return store.revision();
    }

    @Override
    public Store.Page range(Interval keys, long at, long limit) {
      return store.range(keys, at, limit);
    }

    @Override
    public Store.Page count(Interval keys, long at) {
      return store.count(keys, at);
    }
  }

  /** A change that is being made, which sees itself. */
  record Changing(Store.Transaction change, long before) implements View {
    @Override
    public long revision() {
      return change.isChanged() ? before + 1 : before;
    }

    @Override
    public Store.Page range(Interval keys, long at, long limit) {
      return change.range(keys, at, limit);
    }

    @Override
    public Store.Page count(Interval keys, long at) {
      return change.count(keys, at);
    }
  }
}
