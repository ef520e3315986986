package dev.rondo.etcd.companion;

import dev.rondo.etcd.companion.consensus.Network;
import dev.rondo.etcd.companion.consensus.ratis.RatisConsensus;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What the members of a cluster stand on: threads, network and a folder. Outlives them all. */
final class Ground implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOM = 2L << 30;
  private static final int EVENT_LOOPS = 2;
  private static final int READERS = 4;
  private static final int STREAMS = 2;
  private static final long LIMIT_SECONDS = 10;

  private final Path folder;
  private final Network<RatisConsensus> network = new Network<>();
  private final Faults faults = new Faults(network);
  private final EventLoopGroup loops;
  private final ExecutorService readers;
  private final ExecutorService streams;
  private final ExecutorService background;
  private final ScheduledThreadPoolExecutor scheduler;

  Ground() {
    var name = "companion-" + COUNT.incrementAndGet();
    this.folder = makeFolder();
    this.loops =
        new MultiThreadIoEventLoopGroup(
            EVENT_LOOPS, threads(name + "-loop"), NioIoHandler.newFactory());
    this.readers = workers(READERS, name + "-reader");
    this.streams = workers(STREAMS, name + "-stream");
    this.background = workers(1, name + "-background");
    this.scheduler =
        new ScheduledThreadPoolExecutor(
            1, threads(name + "-timer"), new ThreadPoolExecutor.DiscardPolicy());
    scheduler.setRemoveOnCancelPolicy(true);
  }

  /** In memory where there is room: a disk that other programs keep busy would stall the log. */
  private static Path makeFolder() {
    var prefix = "rondo-companion-" + ProcessHandle.current().pid() + "-";
    try {
      return hasRoom(MEMORY)
          ? Files.createTempDirectory(MEMORY, prefix)
          : Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary folder", e);
    }
  }

  private static boolean hasRoom(Path folder) throws IOException {
    return Files.isWritable(folder) && Files.getFileStore(folder).getUsableSpace() > ROOM;
  }

  /** What comes after the end is dropped silently: it is for members that are gone. */
  private static ExecutorService workers(int most, String name) {
    return new ThreadPoolExecutor(
        most,
        most,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        threads(name),
        new ThreadPoolExecutor.DiscardPolicy());
  }

  private static ThreadFactory threads(String name) {
    var count = new AtomicInteger();
    return task -> {
      var thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  Path folder() {
    return folder;
  }

  Network<RatisConsensus> network() {
    return network;
  }

  Faults faults() {
    return faults;
  }

  EventLoopGroup loops() {
    return loops;
  }

  ExecutorService readers() {
    return readers;
  }

  /** Runs the watches. */
  ExecutorService streams() {
    return streams;
  }

  /** Sweeps what was compacted. */
  ExecutorService background() {
    return background;
  }

  ScheduledThreadPoolExecutor scheduler() {
    return scheduler;
  }

  /** Waits until no thread is left, and deletes the folder. */
  @Override
  public void close() {
    network.close();
    scheduler.shutdownNow();
    var pools = List.of(readers, streams, background);
    pools.forEach(ExecutorService::shutdownNow);
    var ended = loops.shutdownGracefully(0, LIMIT_SECONDS, TimeUnit.SECONDS);
    try {
      scheduler.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS);
      for (var pool : pools) {
        pool.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      ended.await(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    deleteFolder();
  }

  private void deleteFolder() {
    try {
      Files.walkFileTree(folder, new Deletion());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
