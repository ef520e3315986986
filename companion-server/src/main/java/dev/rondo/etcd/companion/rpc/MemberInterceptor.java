package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.StatusRequest;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Optional;

/**
 * Refuses what this member cannot do at present, as etcd 3.5 does: as a learner nearly everything,
 * and without a leader whatever the client says needs one.
 */
final class MemberInterceptor implements ServerInterceptor {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private final Standing standing;
  private final LeaderStreams leaderStreams;

  MemberInterceptor(Standing standing, LeaderStreams leaderStreams) {
    this.standing = standing;
    this.leaderStreams = leaderStreams;
  }

  @Override
  public <RequestT, ResponseT> ServerCall.Listener<RequestT> interceptCall(
      ServerCall<RequestT, ResponseT> call,
      Metadata headers,
      ServerCallHandler<RequestT, ResponseT> next) {
    boolean needsLeader = needsLeader(headers);
    if (call.getMethodDescriptor().getType() == MethodType.UNARY) {
      return new Unary<>(call, next.startCall(call, headers), needsLeader);
    }
    var refusal = refusal(needsLeader, isSnapshot(call));
    if (refusal.isPresent()) {
      call.close(refusal.get().status(), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return needsLeader ? leaderStreams.begin(call, headers, next) : next.startCall(call, headers);
  }

  private static boolean needsLeader(Metadata headers) {
    var values = headers.getAll(HAS_LEADER);
    return values != null && values.iterator().next().equals("true");
  }

  private Optional<EtcdError> refusal(boolean needsLeader, boolean isForLearners) {
    if (standing.isLearner().getAsBoolean() && !isForLearners) {
      return Optional.of(EtcdError.NOT_SUPPORTED_FOR_LEARNER);
    }
    if (needsLeader && !standing.hasLeader().getAsBoolean()) {
      return Optional.of(EtcdError.NO_LEADER);
    }
    return Optional.empty();
  }

  private static boolean isSnapshot(ServerCall<?, ?> call) {
    return call.getMethodDescriptor()
        .getFullMethodName()
        .equals(MaintenanceGrpc.getSnapshotMethod().getFullMethodName());
  }

  /** Decides when the request is there, for a learner answers some of the same method. */
  private final class Unary<RequestT> extends SimpleForwardingServerCallListener<RequestT> {
    private final ServerCall<RequestT, ?> call;
    private final boolean needsLeader;
    private boolean refused;

    Unary(
        ServerCall<RequestT, ?> call, ServerCall.Listener<RequestT> listener, boolean needsLeader) {
      super(listener);
      this.call = call;
      this.needsLeader = needsLeader;
    }

    @Override
    public void onMessage(RequestT request) {
      var refusal = refusal(needsLeader, isForLearners(request));
      if (refusal.isPresent()) {
        refused = true;
        call.close(refusal.get().status(), new Metadata());
      } else {
        super.onMessage(request);
      }
    }

    private boolean isForLearners(RequestT request) {
      return request instanceof StatusRequest
          || (request instanceof RangeRequest range && range.getSerializable());
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }
  }
}
