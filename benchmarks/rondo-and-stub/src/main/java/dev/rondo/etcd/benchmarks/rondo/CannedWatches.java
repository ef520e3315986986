package dev.rondo.etcd.benchmarks.rondo;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.benchmarks.watches.Keys;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The watches of one stream. What each gets is in the prefix of its key; see {@link Keys}. */
final class CannedWatches implements StreamObserver<WatchRequest> {
  private static final long REVISION = 1_000_000;
  private static final ByteString FLOOD = ByteString.copyFromUtf8(Keys.FLOOD);
  private static final ByteString PACED = ByteString.copyFromUtf8(Keys.PACED);

  private final ServerCallStreamObserver<WatchResponse> responses; // guarded by this
  private final PacedWatches paced;
  private final Map<Long, CannedWatch> watches = new HashMap<>(); // used on the event loop
  private long nextId; // for clients that do not choose; used on the event loop
  private @Nullable CannedWatch flooded; // used on the event loop

  CannedWatches(ServerCallStreamObserver<WatchResponse> responses, PacedWatches paced) {
    this.responses = responses;
    this.paced = paced;
    responses.setOnReadyHandler(this::flood);
    responses.setOnCancelHandler(this::leave);
  }

  @Override
  public void onNext(WatchRequest request) {
    if (request.hasCreateRequest()) {
      create(request.getCreateRequest());
    } else if (request.hasCancelRequest()) {
      cancel(request.getCancelRequest().getWatchId());
    }
  }

  private void create(WatchCreateRequest request) {
    long id = request.getWatchId() == 0 ? nextId++ : request.getWatchId();
    long start = request.getStartRevision();
    CannedWatch watch =
        new CannedWatch(this, id, request.getKey(), start == 0 ? REVISION + 1 : start);
    watches.put(id, watch);
    send(message(id).setCreated(true).build());
    if (watch.key().startsWith(PACED)) {
      paced.add(watch);
    } else if (watch.key().startsWith(FLOOD)) {
      flooded = watch;
      flood();
    }
  }

  private void cancel(long id) {
    CannedWatch watch = watches.remove(id);
    if (watch != null) {
      leave(watch);
      send(message(id).setCanceled(true).build());
    }
  }

  private static WatchResponse.Builder message(long id) {
    return WatchResponse.newBuilder().setHeader(CannedWatch.header(REVISION)).setWatchId(id);
  }

  private void flood() {
    while (flooded != null && responses.isReady()) {
      flooded.send(Keys.BATCH);
    }
  }

  /** Called by the event loop and the clock. */
  synchronized void send(WatchResponse message) {
    if (!responses.isCancelled()) {
      responses.onNext(message);
    }
  }

  private void leave(CannedWatch watch) {
    paced.remove(watch);
    if (watch == flooded) {
      flooded = null;
    }
  }

  private void leave() {
    watches.values().forEach(this::leave);
    watches.clear();
  }

  @Override
  public void onError(Throwable gone) {
    leave();
  }

  @Override
  public void onCompleted() {
    leave();
    synchronized (this) {
      responses.onCompleted();
    }
  }
}
