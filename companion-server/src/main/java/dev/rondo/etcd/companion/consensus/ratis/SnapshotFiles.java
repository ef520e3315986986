package dev.rondo.etcd.companion.consensus.ratis;

import dev.rondo.etcd.companion.consensus.StateMachine.Saver;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.jspecify.annotations.Nullable;

/**
 * A member's snapshots, one file each, named by the last entry in it. Ratis puts one that it
 * installs there by exchanging the whole directory.
 */
final class SnapshotFiles implements StateMachineStorage {
  private static final Pattern NAME = Pattern.compile("snapshot\\.(\\d+)_(\\d+)");

  /** Two, as a sender may be busy with the last but one. */
  private static final int KEPT = 2;

  private @Nullable File directory; // these two are set once, before anything else is called
  private @Nullable File temporary;
  private volatile @Nullable SingleFileSnapshotInfo latest;

  @Override
  public void init(RaftStorage storage) throws IOException {
    directory = storage.getStorageDir().getStateMachineDir();
    temporary = storage.getStorageDir().getTmpDir();
    look();
  }

  /** Finds out which snapshot is the latest, also when Ratis has exchanged the directory. */
  void look() throws IOException {
    latest = found().stream().findFirst().orElse(null);
  }

  @Override
  public @Nullable SingleFileSnapshotInfo getLatestSnapshot() {
    return latest;
  }

  /** Writes a snapshot beside the others; it counts when it is {@link #publish}ed. */
  Path write(TermIndex last, Saver saver) throws IOException {
    var target = Objects.requireNonNull(temporary).toPath().resolve(name(last));
    Files.createDirectories(target.getParent());
    try (var out = new BufferedOutputStream(Files.newOutputStream(target), 1 << 16)) {
      saver.write(out);
    }
    return target;
  }

  void publish(Path written, TermIndex last) throws IOException {
    var target = Objects.requireNonNull(directory).toPath().resolve(name(last));
    Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
    latest = new SingleFileSnapshotInfo(new FileInfo(target, null), last);
    for (var old : found().stream().skip(KEPT).toList()) {
      Files.deleteIfExists(old.getFile().getPath());
    }
  }

  private static String name(TermIndex last) {
    return "snapshot." + last.getTerm() + "_" + last.getIndex();
  }

  private List<SingleFileSnapshotInfo> found() throws IOException {
    var path = Objects.requireNonNull(directory).toPath();
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(SnapshotFiles::info)
          .filter(Objects::nonNull)
          .sorted(Comparator.comparing(SingleFileSnapshotInfo::getIndex).reversed())
          .toList();
    }
  }

  private static @Nullable SingleFileSnapshotInfo info(Path file) {
    var name = NAME.matcher(file.getFileName().toString());
    return name.matches()
        ? new SingleFileSnapshotInfo(
            new FileInfo(file, null), Long.parseLong(name.group(1)), Long.parseLong(name.group(2)))
        : null;
  }

  @Override
  public void format() {
    // Nothing but files, which come with the first snapshot.
  }

  @Override
  public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {
    // Done when one is published.
  }
}
