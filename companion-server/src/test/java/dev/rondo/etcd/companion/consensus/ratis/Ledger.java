package dev.rondo.etcd.companion.consensus.ratis;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.consensus.Leadership;
import dev.rondo.etcd.companion.consensus.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A state machine whose state is all lines of all entries in their order. Checks that no entry is
 * left out.
 */
final class Ledger implements StateMachine {
  private final List<String> entries = new ArrayList<>(); // guarded by this, like the next three
  private long lastIndex;
  private long lastTerm;
  private @Nullable String gap;

  final List<Leadership> leaderships = new CopyOnWriteArrayList<>();
  final AtomicInteger loads = new AtomicInteger();
  final AtomicInteger saves = new AtomicInteger();
  volatile @Nullable Runnable whileSaving;

  @Override
  public synchronized void apply(long index, long term, ByteString entry) {
    if (index != lastIndex + 1 || term < lastTerm) {
      gap = lastTerm + ":" + lastIndex + " was followed by " + term + ":" + index;
    }
    lastIndex = index;
    lastTerm = term;
    if (!entry.isEmpty()) {
      entry.toStringUtf8().lines().forEach(entries::add);
    }
  }

  @Override
  public synchronized Saver prepare() {
    var fixed = List.copyOf(entries);
    return new Saver() {
      @Override
      public void write(OutputStream out) throws IOException {
        var pause = whileSaving;
        if (pause != null) {
          pause.run();
        }
        var data = new DataOutputStream(out);
        data.writeInt(fixed.size());
        for (var entry : fixed) {
          data.writeUTF(entry);
        }
        data.flush();
        saves.incrementAndGet();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void load(long index, long term, InputStream saved) throws IOException {
    var loaded = new ArrayList<String>();
    var data = new DataInputStream(saved);
    for (int left = data.readInt(); left > 0; left--) {
      loaded.add(data.readUTF());
    }
    synchronized (this) {
      entries.clear();
      entries.addAll(loaded);
      lastIndex = index;
      lastTerm = term;
    }
    loads.incrementAndGet();
  }

  @Override
  public void leadershipChanged(Leadership now) {
    leaderships.add(now);
  }

  @Override
  public CompletableFuture<ByteString> answer(long from, ByteString message) {
    return CompletableFuture.completedFuture(
        ByteString.copyFromUtf8(message.toStringUtf8() + " from " + from));
  }

  synchronized List<String> entries() {
    return List.copyOf(entries);
  }

  synchronized int size() {
    return entries.size();
  }

  synchronized @Nullable String gap() {
    return gap;
  }
}
