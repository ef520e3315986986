package dev.rondo.etcd.companion.storage;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What each revision changed, from the floor on.
 *
 * <p>One thread appends. Others read only revisions that were published after they were appended,
 * and that no sweep is allowed to remove yet.
 */
final class RevisionLog {
  private static final int CHUNK = 512;

  /** By number. A slot is a {@code Version}, most often, or a {@code Version[]}, or empty. */
  private final Map<Long, @Nullable Object[]> chunks = new ConcurrentHashMap<>();

  void append(long revision, List<Version> versions) {
    var chunk = chunks.computeIfAbsent(revision / CHUNK, number -> new Object[CHUNK]);
    chunk[slot(revision)] =
        versions.size() == 1 ? versions.get(0) : versions.toArray(new Version[0]);
  }

  /** The changes of a revision, in order. */
  List<Version> at(long revision) {
    var chunk = chunks.get(revision / CHUNK);
    var slot = chunk == null ? null : chunk[slot(revision)];
    if (slot == null) {
      return List.of();
    }
    return slot instanceof Version version ? List.of(version) : List.of((Version[]) slot);
  }

  /** Removes a revision; those before it must be gone. */
  void remove(long revision) {
    var chunk = chunks.get(revision / CHUNK);
    if (chunk == null) {
      return;
    }
    chunk[slot(revision)] = null;
    if (slot(revision) == CHUNK - 1) {
      chunks.remove(revision / CHUNK);
    }
  }

  private static int slot(long revision) {
    return (int) (revision % CHUNK);
  }
}
