package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.companion.watch.Outlet;
import dev.rondo.etcd.companion.watch.WatchHub;
import dev.rondo.etcd.companion.watch.WatchStream;
import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * etcd's Watch service: each call is a stream of the hub.
 *
 * <p>Whoever closes a call over this service's head (an interceptor) must see to it that this does
 * not happen while a message is being sent.
 */
public final class WatchService extends WatchGrpc.WatchImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(WatchService.class);

  private final WatchHub hub;

  /** Serves the watchers of one member. */
  public WatchService(WatchHub hub) {
    this.hub = hub;
  }

  @Override
  public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> responses) {
    var call = (ServerCallStreamObserver<WatchResponse>) responses;
    call.disableAutoRequest();
    var stream = hub.open(new CallOutlet(call));
    call.setOnReadyHandler(stream::resume);
    call.setOnCancelHandler(stream::end);
    call.setOnCloseHandler(stream::end);
    return new Requests(stream);
  }

  private record Requests(WatchStream stream) implements StreamObserver<WatchRequest> {
    @Override
    public void onNext(WatchRequest request) {
      stream.receive(request);
    }

    @Override
    public void onError(Throwable cause) {
      stream.end();
    }

    /** A client that has nothing more to ask goes on listening, as with etcd. */
    @Override
    public void onCompleted() {}
  }

  private record CallOutlet(ServerCallStreamObserver<WatchResponse> call) implements Outlet {
    @Override
    public boolean isReady() {
      return call.isReady();
    }

    @Override
    public void send(WatchResponse response) {
      call.onNext(response);
    }

    @Override
    public void request(int count) {
      call.request(count);
    }

    @Override
    public void fail(RuntimeException cause) {
      try {
        call.onError(cause);
        LOG.warn("A stream of watches ended by a fault of this server", cause);
      } catch (IllegalStateException e) {
        // It was closed meanwhile, which is why sending failed.
      }
    }
  }
}
