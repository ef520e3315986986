package dev.rondo.etcd.companion.storage;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.storage.Store.Commit;
import dev.rondo.etcd.companion.storage.Store.Page;
import dev.rondo.etcd.wire.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts its versions into the index at once, where nobody sees them: their revision is not published
 * yet.
 */
final class WriteTransaction implements Store.Transaction {
  private final Contents contents;
  private final long revision; // of what it writes
  private final Consumer<Commit> listener;
  private final List<Version> versions = new ArrayList<>(1);
  private boolean ended;

  WriteTransaction(Contents contents, Consumer<Commit> listener) {
    this.contents = contents;
    this.revision = contents.revision() + 1;
    this.listener = listener;
  }

  @Override
  public Page range(Interval keys, long at, long limit) {
    return view().range(keys, at, limit);
  }

  @Override
  public Page count(Interval keys, long at) {
    return view().count(keys, at);
  }

  private View view() {
    return View.ofWriter(contents, isChanged() ? revision : revision - 1);
  }

  @Override
  public @Nullable KeyValue get(ByteString key) {
    var version = Version.visible(contents.index().head(Key.of(key)), revision);
    return version == null ? null : version.keyValue();
  }

  @Override
  public KeyValue put(ByteString name, ByteString value, long lease) {
    var key = Key.of(name);
    var head = contents.index().head(key);
    var old = head == null || head.isTombstone() ? null : head.keyValue();
    var keyValue =
        KeyValue.newBuilder()
            .setKey(head == null ? key.asByteString() : head.keyValue().getKey())
            .setCreateRevision(old == null ? revision : old.getCreateRevision())
            .setModRevision(revision)
            .setVersion(old == null ? 1 : old.getVersion() + 1)
            .setValue(value)
            .setLease(lease)
            .build();
    add(key, keyValue, head);
    return keyValue;
  }

  @Override
  public List<KeyValue> delete(Interval keys) {
    var deleted = new ArrayList<KeyValue>();
    for (var head : contents.index().heads(keys)) {
      if (!head.isTombstone()) {
        var old = head.keyValue();
        deleted.add(old);
        var tombstone = KeyValue.newBuilder().setKey(old.getKey()).setModRevision(revision).build();
        add(Key.of(old.getKey()), tombstone, head);
      }
    }
    return deleted;
  }

  private void add(Key key, KeyValue keyValue, @Nullable Version head) {
    var version = new Version(keyValue, versions.size(), head);
    versions.add(version);
    contents.index().put(key, version);
  }

  @Override
  public boolean isChanged() {
    return !versions.isEmpty();
  }

  @Override
  public long commit() {
    ended = true;
    if (isChanged()) {
      contents.publish(versions);
      listener.accept(View.ofWriter(contents, revision).commit(revision, versions));
    }
    return contents.revision();
  }

  @Override
  public void close() {
    if (ended) {
      return;
    }
    ended = true;
    for (int last = versions.size() - 1; last >= 0; last--) {
      undo(versions.get(last));
    }
  }

  private void undo(Version version) {
    var key = Key.of(version.keyValue().getKey());
    var previous = version.previous();
    if (previous == null) {
      contents.index().remove(key, version);
    } else {
      contents.index().put(key, previous);
    }
  }
}
