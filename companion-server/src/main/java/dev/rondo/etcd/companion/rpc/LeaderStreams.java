package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.companion.error.EtcdError;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * The running streams whose clients want them only while there is a leader. They end once none was
 * seen for three election timeouts in a row: to open streams anew costs the clients far more than a
 * refused request does.
 */
final class LeaderStreams {
  private static final int PATIENCE = 3;

  private final BooleanSupplier hasLeader;
  private final Set<Stream<?, ?>> streams = ConcurrentHashMap.newKeySet();
  private int looksWithoutLeader; // touched only by the thread that looks

  LeaderStreams(BooleanSupplier hasLeader) {
    this.hasLeader = hasLeader;
  }

  /** Looks for a leader. To be called once every election timeout, by one thread at a time. */
  void look() {
    looksWithoutLeader = hasLeader.getAsBoolean() ? 0 : looksWithoutLeader + 1;
    if (looksWithoutLeader >= PATIENCE) {
      streams.forEach(Stream::loseLeader);
    }
  }

  <RequestT, ResponseT> ServerCall.Listener<RequestT> begin(
      ServerCall<RequestT, ResponseT> call,
      Metadata headers,
      ServerCallHandler<RequestT, ResponseT> next) {
    var stream = new Stream<>(call);
    streams.add(stream);
    return stream.listener(next.startCall(stream, headers));
  }

  /**
   * A stream that ends either by its handler or for want of a leader. Calls of gRPC are not safe
   * for use by many threads, hence the lock; what is called under it only queues.
   */
  private final class Stream<RequestT, ResponseT>
      extends SimpleForwardingServerCall<RequestT, ResponseT> {
    private boolean closed; // guarded by this
    private boolean leaderLost; // guarded by this

    Stream(ServerCall<RequestT, ResponseT> call) {
      super(call);
    }

    synchronized void loseLeader() {
      if (!closed) {
        leaderLost = true;
        close(EtcdError.NO_LEADER.status(), new Metadata());
      }
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!closed) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(ResponseT message) {
      if (!closed) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (!closed) {
        closed = true;
        super.close(status, trailers);
      }
    }

    private synchronized boolean isLeaderLost() {
      return leaderLost;
    }

    ServerCall.Listener<RequestT> listener(ServerCall.Listener<RequestT> handler) {
      return new SimpleForwardingServerCallListener<>(handler) {
        @Override
        public void onCancel() {
          streams.remove(Stream.this);
          super.onCancel();
        }

        /** To a handler that did not end the stream itself, that is a cancellation. */
        @Override
        public void onComplete() {
          streams.remove(Stream.this);
          if (isLeaderLost()) {
            super.onCancel();
          } else {
            super.onComplete();
          }
        }
      };
    }
  }
}
