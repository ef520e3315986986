package dev.rondo.etcd.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file that grows beside its target, and takes its place once it is whole. Each has a name of its
 * own, so that two on their way to one target do not meet. Safe for use by many threads.
 */
final class PartFile {
  private final Path target;

  // All guarded by this.
  private @Nullable Path path;
  private @Nullable FileChannel channel;
  private boolean isOver;

  PartFile(Path target) {
    this.target = target;
  }

  synchronized void append(ByteBuffer bytes) throws IOException {
    FileChannel file = open();
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }

  /** Where the system knows of permissions, a temporary file is made for its owner alone. */
  private FileChannel open() throws IOException {
    if (isOver) {
      throw new ClosedChannelException();
    }
    if (channel != null) {
      return channel;
    }
    path = Files.createTempFile(target.getParent(), target.getFileName() + ".", ".part");
    channel = FileChannel.open(path, StandardOpenOption.WRITE);
    return channel;
  }

  /** Brings the file to disk and then under its name. */
  synchronized void moveToTarget() throws IOException {
    FileChannel file = open();
    file.force(true);
    file.close();
    Files.move(Objects.requireNonNull(path), target, StandardCopyOption.ATOMIC_MOVE);
    isOver = true;
  }

  /** Removes the file, unless it is in its place already. Nothing can be appended from now on. */
  synchronized void discard() throws IOException {
    if (isOver) {
      return;
    }
    isOver = true;
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      if (path != null) {
        Files.deleteIfExists(path);
      }
    }
  }
}
