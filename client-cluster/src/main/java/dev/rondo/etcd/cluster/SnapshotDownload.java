package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Blocking.Interruptible;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import dev.rondo.etcd.balancer.internal.TokenRefusal;
import dev.rondo.etcd.balancer.internal.Wire;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.SnapshotRequest;
import dev.rondo.etcd.wire.SnapshotResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Receives one snapshot into a file, piece by piece: the next piece is asked for when the last one
 * is written. Pieces are written where the stream calls its listener, on the connection's executor.
 */
final class SnapshotDownload extends CompletableFuture<Snapshot>
    implements StreamListener<SnapshotResponse>, Interruptible {
  private static final Rpc<SnapshotRequest, SnapshotResponse> SNAPSHOT =
      Rpc.localRead("snapshot", MaintenanceGrpc.getSnapshotMethod(), SnapshotResponse::getHeader);
  private static final int PAGE_SIZE = 512; // every page of a backend file is a multiple of it
  private static final int DIGEST_SIZE = 32;
  private static final long NOTHING = -1;

  private final Endpoint endpoint;
  private final Path target;
  private final SnapshotProgress progress;
  private final PartFile part;
  private volatile @Nullable RpcStream<SnapshotRequest> stream; // null only until it is open
  private final AtomicBoolean hasFailed = new AtomicBoolean();
  private volatile long awaited = NOTHING; // the number of the piece asked for

  // Touched by the listener alone.
  private final TrailingDigest digest = new TrailingDigest();
  private Revision revision = Revision.NONE;
  private Optional<String> version = Optional.empty();
  private long asked;
  private int refusals; // of the token
  private Runnable again = () -> {}; // opens the stream
  private long size;

  SnapshotDownload(Endpoint endpoint, Path target, SnapshotProgress progress) {
    this.endpoint = endpoint;
    this.target = target;
    this.progress = progress;
    this.part = new PartFile(target);
  }

  /** Opens the stream; to be called once. */
  void start(Calls calls) {
    open(calls.at(endpoint));
    try {
      watch(calls, NOTHING);
    } catch (RejectedExecutionException e) {
      // The connection was closed, and the stream with it: onEnd follows.
    }
  }

  private void open(Calls pinned) {
    again = () -> open(pinned);
    RpcStream<SnapshotRequest> opened = pinned.open(SNAPSHOT, pinned.executor(), this);
    stream = opened;
    opened.send(SnapshotRequest.getDefaultInstance());
    opened.halfClose();
    ask(opened);
    if (isDone()) {
      opened.cancel("the snapshot was given up"); // meanwhile, by one who knew the last stream
    }
  }

  private void ask(RpcStream<SnapshotRequest> from) {
    awaited = ++asked;
    from.request(1);
  }

  /** Compares what is awaited now and one timeout later: a slow disk is no silent server. */
  @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
  private void watch(Calls calls, long seen) {
    Duration timeout = calls.settings().timeout();
    calls
        .scheduler()
        .schedule(
            () -> {
              long now = awaited;
              if (isDone()) {
                return;
              }
              if (now == NOTHING || now != seen) {
                watch(calls, now);
              } else {
                calls.executor().execute(() -> fail(silentFor(timeout)));
              }
            },
            timeout.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  @Override
  public void onMessage(SnapshotResponse message) {
    awaited = NOTHING;
    if (isDone()) {
      return;
    }
    try {
      store(message);
      progress.onProgress(size, message.getRemainingBytes());
      ask(Objects.requireNonNull(stream));
    } catch (IOException e) {
      fail(unwritable(e));
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private void store(SnapshotResponse message) throws IOException {
    if (message.hasHeader()) {
      revision = Wire.revision(message.getHeader().getRevision());
    }
    if (!message.getVersion().isEmpty()) {
      version = Optional.of(message.getVersion());
    }
    digest.add(message.getBlob().asReadOnlyByteBuffer());
    part.append(message.getBlob().asReadOnlyByteBuffer());
    size += message.getBlob().size();
  }

  @Override
  public void onEnd(@Nullable EtcdException failure) {
    awaited = NOTHING;
    if (failure != null && mayLogInAnew(failure)) {
      again.run();
      return;
    }
    if (failure != null) {
      fail(failure);
      return;
    }
    try {
      Bytes checked = checkedDigest();
      part.moveToTarget();
      complete(new Snapshot(target, size, checked, revision, version));
    } catch (IOException e) {
      fail(unwritable(e));
    } catch (EtcdException e) {
      fail(e);
    }
  }

  /** A server that wants another token says so before it sends anything. */
  private boolean mayLogInAnew(EtcdException failure) {
    return TokenRefusal.is(failure.code())
        && size == 0
        && !isDone()
        && ++refusals <= TokenRefusal.patience(failure.code());
  }

  private Bytes checkedDigest() {
    if (size % PAGE_SIZE != DIGEST_SIZE) {
      throw failure(
          Code.MALFORMED_ANSWER,
          "the server ended it after " + size + " bytes, which is not whole pages and a digest",
          null);
    }
    Bytes found = digest.found();
    if (!found.equals(digest.said())) {
      throw failure(
          Code.MALFORMED_ANSWER,
          "the digest should be " + digest.said().hex() + ", was " + found.hex(),
          null);
    }
    return found;
  }

  /**
   * The file is gone before anybody hears of the failure, and the first failure is what is heard.
   */
  private void fail(Throwable failure) {
    if (hasFailed.compareAndSet(false, true)) {
      stop(failure);
      completeExceptionally(failure);
    }
  }

  private void stop(Throwable failure) {
    RpcStream<SnapshotRequest> opened = stream;
    if (opened != null) {
      opened.cancel("the snapshot was given up");
    }
    try {
      part.discard();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean isCancelled = super.cancel(mayInterruptIfRunning);
    stop(new CancellationException());
    return isCancelled;
  }

  @Override
  public EtcdException interrupted(Throwable cause) {
    return failure(Code.CANCELLED, "interrupted while waiting", cause);
  }

  private EtcdException silentFor(Duration timeout) {
    return failure(Code.DEADLINE_EXCEEDED, "the server sent nothing for " + timeout, null);
  }

  private EtcdException failure(Code code, String detail, @Nullable Throwable cause) {
    return new EtcdException(
        code,
        WriteOutcome.NOT_APPLIED,
        new EtcdException.Call(SNAPSHOT.operation(), endpoint.toString(), 1),
        detail,
        cause);
  }

  private UncheckedIOException unwritable(IOException cause) {
    return new UncheckedIOException("snapshot: cannot write " + target, cause);
  }
}
