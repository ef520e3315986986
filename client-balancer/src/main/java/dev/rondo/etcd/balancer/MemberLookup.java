package dev.rondo.etcd.balancer;

import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.wire.ClusterGrpc;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.MemberListRequest;
import dev.rondo.etcd.wire.MemberListResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the cluster where its members are. One question at a time. */
final class MemberLookup {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Rpc<MemberListRequest, MemberListResponse> LIST =
      Rpc.read("member list", ClusterGrpc.getMemberListMethod(), MemberListResponse::getHeader);
  private static final MemberListRequest REQUEST =
      MemberListRequest.newBuilder().setLinearizable(true).build();

  private final MemberSync sync;
  private final Endpoint.Scheme scheme;
  private final BooleanSupplier mayBeLocal;
  private volatile long clusterId; // 0 until a member has answered

  /**
   * Makes one.
   *
   * @param mayBeLocal whether endpoints on this machine itself are what the user means
   */
  MemberLookup(MemberSync sync, Endpoint.Scheme scheme, BooleanSupplier mayBeLocal) {
    this.sync = sync;
    this.scheme = scheme;
    this.mayBeLocal = mayBeLocal;
  }

  /** The member list is of another cluster than the one before. */
  static final class ForeignClusterException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private ForeignClusterException(long expected, long seen) {
      super(
          "a member of another cluster answered: the cluster's id must be "
              + Long.toHexString(expected)
              + ", was "
              + Long.toHexString(seen));
    }
  }

  /** Asks; cancelling the future ends the call on the wire. */
  CompletableFuture<MemberListResponse> ask(Calls calls) {
    return calls
        .async()
        .with(calls.settings().with(call -> call.timeout(TIMEOUT)))
        .call(LIST, REQUEST, answer -> answer);
  }

  /**
   * Returns the endpoints that an answer names, at least one.
   *
   * @throws RuntimeException if it names none, or is of another cluster
   */
  List<Endpoint> endpoints(MemberListResponse answer) {
    long seen = answer.getHeader().getClusterId();
    if (clusterId != 0 && seen != clusterId) {
      throw new ForeignClusterException(clusterId, seen);
    }
    List<Endpoint> endpoints =
        answer.getMembersList().stream()
            .filter(member -> !member.getIsLearner() && !member.getName().isEmpty())
            .map(Member::getClientURLsList)
            .flatMap(List::stream)
            .map(this::endpoint)
            .flatMap(Optional::stream)
            .distinct()
            .toList();
    if (endpoints.isEmpty()) {
      throw new IllegalStateException(
          "no member that was started and is no learner has a URL that can be used with "
              + scheme
              + ": "
              + answer.getMembersList().stream().map(Member::getClientURLsList).toList());
    }
    clusterId = seen;
    return endpoints;
  }

  private Optional<Endpoint> endpoint(String advertised) {
    Optional<String> mapped = sync.mapping().apply(advertised);
    if (mapped.isEmpty()) {
      return Optional.empty();
    }
    Endpoint endpoint = Endpoint.parse(mapped.get());
    boolean isTheUsers = !mapped.get().equals(advertised);
    if (endpoint.scheme() != scheme
        || (!isTheUsers && LocalHost.isNamedBy(endpoint) && !mayBeLocal.getAsBoolean())) {
      log.debug("passing over the advertised URL {}", endpoint);
      return Optional.empty();
    }
    return Optional.of(endpoint);
  }
}
