package dev.rondo.etcd.companion.storage;

import dev.rondo.etcd.companion.storage.Store.Hash;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Writes what a view sees, and closes the view. */
final class ViewSaver implements Store.Saver {
  private final View view;
  private final List<Supplier<Hash>> hashes;
  private final AtomicBoolean closed = new AtomicBoolean();

  ViewSaver(View view) {
    this.view = view;
    this.hashes = view.contents().hashes().all();
  }

  @Override
  public void writeTo(OutputStream to) throws IOException {
    if (closed.get()) {
      throw new IllegalStateException("was written or closed before");
    }
    try (this) {
      Snapshot.write(view, hashes.stream().map(Supplier::get).toList(), to);
    }
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      view.close();
    }
  }
}
