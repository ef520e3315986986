package dev.rondo.etcd.companion.storage;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.storage.Store.Commit;
import dev.rondo.etcd.companion.storage.Store.History;
import dev.rondo.etcd.companion.storage.Store.Page;
import dev.rondo.etcd.wire.KeyValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The contents as they were at one moment: revisions from the floor to the newest of then. Nothing
 * of that is swept before the view is closed.
 */
final class View implements AutoCloseable {
  private final Contents contents;
  private final Floor floor;
  private final long revision;

  private View(Contents contents, Floor floor, long revision) {
    this.contents = contents;
    this.floor = floor;
    this.revision = revision;
  }

  /** Views what is there now. Close it, once. */
  static View of(Contents contents) {
    var floor = contents.floor();
    while (!floor.hold()) {
      floor = contents.floor(); // that one was overtaken and let go in between
    }
    return new View(contents, floor, contents.revision());
  }

  /**
   * Views what the writer has made so far of the next revision. Not to be closed: a writer is in
   * nobody's way, since it is the writer that compacts.
   */
  static View ofWriter(Contents contents, long revision) {
    return new View(contents, contents.floor(), revision);
  }

  Contents contents() {
    return contents;
  }

  long revision() {
    return revision;
  }

  long compactRevision() {
    return floor.revision();
  }

  Page range(Interval keys, long at, long limit) {
    return read(keys, at, limit <= 0 ? Long.MAX_VALUE : limit);
  }

  Page count(Interval keys, long at) {
    return read(keys, at, 0);
  }

  private Page read(Interval keys, long at, long limit) {
    long readable = readable(at);
    var keyValues = new ArrayList<KeyValue>();
    long count = 0;
    for (var head : contents.index().heads(keys)) {
      var version = Version.visible(head, readable);
      if (version != null && count++ < limit) {
        keyValues.add(version.keyValue());
      }
    }
    return new Page(keyValues, count, revision);
  }

  /** Returns the revision to be read when {@code wanted} is asked for, as etcd has it. */
  long readable(long wanted) {
    if (wanted > revision) {
      throw EtcdError.FUTURE_REVISION.exception();
    }
    long at = wanted <= 0 ? revision : wanted;
    if (at < compactRevision()) {
      throw EtcdError.COMPACTED.exception();
    }
    return at;
  }

  History history(long from, int maxChanges) {
    if (from < compactRevision()) {
      throw EtcdError.COMPACTED.exception();
    }
    var commits = new ArrayList<Commit>();
    long next = Math.max(from, Store.FIRST_REVISION);
    for (int changes = 0; next <= revision && changes < maxChanges; next++) {
      var commit = commit(next, contents.log().at(next));
      commits.add(commit);
      changes += commit.changes().size();
    }
    return new History(commits, Math.min(next - 1, revision));
  }

  Commit commit(long revision, List<Version> versions) {
    var changes = new ArrayList<Change>(versions.size());
    for (var version : versions) {
      changes.add(new Change(version.keyValue(), version.isTombstone(), before(version)));
    }
    return new Commit(revision, changes);
  }

  /** What etcd gives as the previous key-value: it reads the key at the revision before. */
  private @Nullable KeyValue before(Version version) {
    long at = version.revision() - 1;
    var old = at < compactRevision() ? null : Version.visible(version, at);
    return old == null ? null : old.keyValue();
  }

  @Override
  public void close() {
    floor.release();
  }
}
