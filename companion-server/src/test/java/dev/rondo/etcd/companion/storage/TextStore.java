package dev.rondo.etcd.companion.storage;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.storage.Store.Commit;
import dev.rondo.etcd.companion.storage.Store.Page;
import dev.rondo.etcd.wire.KeyValue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Keys and values of a store as text. */
record TextStore(Store store) {
  static final Interval ALL = interval("\0", "\0");

  /** A store that sweeps at once, unless somebody reads what is to be swept. */
  TextStore() {
    this(new Store(Runnable::run));
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static Interval interval(String key, String end) {
    return new Interval(bytes(key), bytes(end));
  }

  static Interval single(String key) {
    return Interval.of(bytes(key));
  }

  long put(String key, String value) {
    return write(txn -> txn.put(bytes(key), bytes(value), 0));
  }

  long delete(String key) {
    return write(txn -> txn.delete(single(key)));
  }

  long write(Consumer<Store.Transaction> changes) {
    try (var txn = store.begin()) {
      changes.accept(txn);
      return txn.commit();
    }
  }

  List<String> range(long revision) {
    return texts(store.range(ALL, revision, 0));
  }

  List<String> history(long from) {
    return store.history(from, Integer.MAX_VALUE).commits().stream().map(TextStore::text).toList();
  }

  byte[] saved() throws IOException {
    var out = new ByteArrayOutputStream();
    store.save().writeTo(out);
    return out.toByteArray();
  }

  TextStore copy() throws IOException {
    var copy = new TextStore();
    copy.store.load(new ByteArrayInputStream(saved()));
    return copy;
  }

  static List<String> texts(Page page) {
    return page.keyValues().stream().map(TextStore::text).toList();
  }

  /** Key, value, revisions of creation and change, version. */
  static String text(KeyValue keyValue) {
    return keyValue.getKey().toStringUtf8()
        + "="
        + keyValue.getValue().toStringUtf8()
        + " "
        + keyValue.getCreateRevision()
        + "/"
        + keyValue.getModRevision()
        + "/"
        + keyValue.getVersion();
  }

  private static String text(Commit commit) {
    var text = new StringBuilder().append(commit.revision()).append(':');
    for (var change : commit.changes()) {
      var keyValue = change.keyValue();
      text.append(change.isDelete() ? " -" : " +").append(keyValue.getKey().toStringUtf8());
      text.append(keyValue.getValue().toStringUtf8());
      if (change.previous() != null) {
        text.append('(').append(change.previous().getValue().toStringUtf8()).append(')');
      }
    }
    return text.toString();
  }
}
