package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.balancer.internal.TwoSteps;
import dev.rondo.etcd.balancer.internal.Wire;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.LeaseGrantResponse;
import dev.rondo.etcd.wire.LeaseLeasesRequest;
import dev.rondo.etcd.wire.LeaseLeasesResponse;
import dev.rondo.etcd.wire.LeaseRevokeRequest;
import dev.rondo.etcd.wire.LeaseTimeToLiveRequest;
import dev.rondo.etcd.wire.LeaseTimeToLiveResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes the calls of etcd's Lease service, and leaves renewals to the {@link LeaseRenewer}. */
final class GrpcAsyncLeaseClient implements AsyncLeaseClient {
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  static final Duration LONGEST = Duration.ofHours(2_500_000); // 9e9 s, etcd's own limit
  private static final Duration SHORTEST_CALL = Duration.ofMillis(1);
  private static final String KEEP = "lease keep";

  private final Calls calls;
  private final Namespace namespace;
  private final LongSupplier nanoTime;

  GrpcAsyncLeaseClient(Calls calls, Namespace namespace, LongSupplier nanoTime) {
    this.calls = calls;
    this.namespace = namespace;
    this.nanoTime = nanoTime;
  }

  @Override
  public AsyncLeaseClient with(Consumer<CallSettings.Builder> changes) {
    return new GrpcAsyncLeaseClient(
        calls.with(calls.settings().with(changes)), namespace, nanoTime);
  }

  @Override
  public CompletableFuture<LeaseGrant> grant(Duration ttl) {
    long asked = seconds(ttl);
    LeaseId id = drawId();
    long start = nanoTime.getAsLong();
    CompletableFuture<LeaseGrant> granted = send(id, asked);
    // Nobody else knows this id: if it exists, then by an earlier attempt.
    return TwoSteps.of(
        LeaseRpcs.GRANT.operation(),
        granted,
        (grant, failure) -> mayHaveBeenDone(failure, Code.LEASE_EXIST) ? find(id, start) : granted);
  }

  @Override
  public CompletableFuture<LeaseGrant> grant(Duration ttl, LeaseId id) {
    return send(named(id), seconds(ttl));
  }

  private CompletableFuture<LeaseGrant> send(LeaseId id, long ttl) {
    return calls.call(
        LeaseRpcs.GRANT,
        LeaseGrantRequest.newBuilder().setID(id.value()).setTTL(ttl).build(),
        answer -> asAsked(id, answer));
  }

  private static LeaseGrant asAsked(LeaseId id, LeaseGrantResponse answer) {
    if (answer.getID() != id.value() || answer.getTTL() < 1) {
      throw failed(
          Code.MALFORMED_ANSWER,
          "asked for lease "
              + id
              + " and got "
              + LeaseId.of(answer.getID())
              + " for "
              + answer.getTTL()
              + " s",
          null);
    }
    return new LeaseGrant(Wire.header(answer.getHeader()), id, Duration.ofSeconds(answer.getTTL()));
  }

  /** Finds what was granted in the time that is left of a call that began at {@code start}. */
  private CompletableFuture<LeaseGrant> find(LeaseId id, long start) {
    return TwoSteps.of(
        LeaseRpcs.GRANT.operation(),
        timeToLive(calls.with(calls.settings().with(call -> call.timeout(left(start)))), id, false),
        (found, failure) -> {
          if (failure instanceof EtcdException unanswered) {
            throw failed(
                unanswered.code(), "was granted, but for how long is not known", unanswered);
          }
          LeaseTimeToLive lease =
              Objects.requireNonNull(found)
                  .orElseThrow(
                      () -> failed(Code.LEASE_NOT_FOUND, "was granted, and is gone already", null));
          return CompletableFuture.completedFuture(
              new LeaseGrant(lease.header(), id, lease.granted()));
        });
  }

  private Duration left(long start) {
    Duration left = calls.settings().timeout().minusNanos(nanoTime.getAsLong() - start);
    return left.compareTo(SHORTEST_CALL) < 0 ? SHORTEST_CALL : left;
  }

  @Override
  public CompletableFuture<LeaseRevocation> revoke(LeaseId id) {
    CompletableFuture<LeaseRevocation> revoked =
        calls.call(
            LeaseRpcs.REVOKE,
            LeaseRevokeRequest.newBuilder().setID(named(id).value()).build(),
            answer -> new LeaseRevocation(id, Optional.of(Wire.header(answer.getHeader()))));
    return TwoSteps.of(
        LeaseRpcs.REVOKE.operation(),
        revoked,
        (revocation, failure) ->
            mayHaveBeenDone(failure, Code.LEASE_NOT_FOUND)
                ? CompletableFuture.completedFuture(new LeaseRevocation(id, Optional.empty()))
                : revoked);
  }

  @Override
  public CompletableFuture<Optional<LeaseTimeToLive>> timeToLive(LeaseId id) {
    return timeToLive(calls, named(id), false);
  }

  @Override
  public CompletableFuture<Optional<LeaseTimeToLive>> timeToLiveWithKeys(LeaseId id) {
    return timeToLive(calls, named(id), true);
  }

  private CompletableFuture<Optional<LeaseTimeToLive>> timeToLive(
      Calls calls, LeaseId id, boolean keys) {
    return calls.call(
        LeaseRpcs.TIME_TO_LIVE,
        LeaseTimeToLiveRequest.newBuilder().setID(id.value()).setKeys(keys).build(),
        answer -> found(id, answer));
  }

  /**
   * A lease that is gone has a time to live of -1 and no granted one. A time of 0 or less alone
   * means a lease whose time is over and that waits to be deleted, keys and all.
   */
  private Optional<LeaseTimeToLive> found(LeaseId id, LeaseTimeToLiveResponse answer) {
    if (answer.getTTL() < 0 && answer.getGrantedTTL() <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        new LeaseTimeToLive(
            Wire.header(answer.getHeader()),
            id,
            Duration.ofSeconds(Math.max(0, answer.getTTL())),
            Duration.ofSeconds(answer.getGrantedTTL()),
            answer.getKeysList().stream()
                .map(Wire::bytes)
                .filter(namespace::contains)
                .map(key -> namespace.out(key, LeaseRpcs.TIME_TO_LIVE.operation()))
                .toList()));
  }

  @Override
  public CompletableFuture<LeaseList> list() {
    return calls.call(
        LeaseRpcs.LIST, LeaseLeasesRequest.getDefaultInstance(), GrpcAsyncLeaseClient::asList);
  }

  private static LeaseList asList(LeaseLeasesResponse answer) {
    return new LeaseList(
        Wire.header(answer.getHeader()),
        answer.getLeasesList().stream().map(lease -> LeaseId.of(lease.getID())).toList());
  }

  @Override
  public CompletableFuture<LeaseRenewal> keepAliveOnce(LeaseId id) {
    return SingleRenewal.start(renewer(), named(id), calls.settings().timeout());
  }

  @Override
  public CompletableFuture<KeptLease> keep(Duration ttl) {
    return keep(ttl, lease -> lease, lease -> ((RenewedLease) lease).start());
  }

  @Override
  public CompletableFuture<KeptLease> keep(LeaseId id) {
    long begin = nanoTime.getAsLong();
    return keep(
        keepAliveOnce(id),
        renewal -> renewed(id, renewal.ttl(), begin),
        lease -> ((RenewedLease) lease).start());
  }

  @Override
  public CompletableFuture<Session> session(Duration ttl) {
    return keep(ttl, SharedSession::of, session -> ((SharedSession) session).start());
  }

  @Override
  public CompletableFuture<SelfHealingLease> selfHealing(Duration ttl) {
    return keep(
        ttl,
        lease -> new HealedLease(calls, namespace, lease, new Grants(lease.id(), seconds(ttl))),
        lease -> ((HealedLease) lease).start());
  }

  private <H> CompletableFuture<H> keep(
      Duration ttl, Function<RenewedLease, H> handle, Consumer<H> start) {
    long begin = nanoTime.getAsLong();
    return keep(grant(ttl), grant -> handle.apply(renewed(grant.id(), grant.ttl(), begin)), start);
  }

  private static <S, H> CompletableFuture<H> keep(
      CompletableFuture<S> first, Function<S, H> handle, Consumer<H> start) {
    CompletableFuture<H> kept =
        TwoSteps.ifDone(
            KEEP, first, result -> CompletableFuture.completedFuture(handle.apply(result)));
    // Not before: nobody could end the renewals of a handle that a cancelled future drops.
    var unused = kept.thenAccept(start);
    return kept;
  }

  private RenewedLease renewed(LeaseId id, Duration ttl, long start) {
    Duration timeout = calls.settings().timeout();
    Duration patience = ttl.compareTo(timeout) < 0 ? ttl : timeout;
    return new RenewedLease(
        renewer(), id, ttl, start, () -> with(call -> call.timeout(patience)).revoke(id));
  }

  @Override
  public AsyncLeaseClient namespace(Bytes prefix) {
    return new GrpcAsyncLeaseClient(calls, namespace.inside(prefix), nanoTime);
  }

  /** What a lease that heals itself asks for: the same lease again. */
  private final class Grants implements HealedLease.Grants {
    private final LeaseId id;
    private final long ttl; // seconds

    Grants(LeaseId id, long ttl) {
      this.id = id;
      this.ttl = ttl;
    }

    @Override
    public CompletableFuture<KeptLease> again() {
      long begin = nanoTime.getAsLong();
      CompletableFuture<KeptLease> granted =
          keep(
              send(id, ttl),
              grant -> renewed(id, grant.ttl(), begin),
              lease -> ((RenewedLease) lease).start());
      return TwoSteps.of(
          KEEP,
          granted,
          (lease, failure) ->
              failure instanceof EtcdException refused && refused.code() == Code.LEASE_EXIST
                  ? keep(id)
                  : granted);
    }

    @Override
    public void renewNow() {
      var unused = keepAliveOnce(id);
    }

    @Override
    public CompletableFuture<LeaseRevocation> revoke() {
      return GrpcAsyncLeaseClient.this.revoke(id);
    }
  }

  private LeaseRenewer renewer() {
    return calls.shared(LeaseRenewer.class, () -> LeaseRenewer.over(calls));
  }

  /**
   * One of 2^63 - 1 ids, so that two clients never draw the same one. The server would draw one as
   * well, but an attempt whose answer is lost would then leave a lease whose id nobody knows. It
   * need not be hard to guess: whoever may use a lease may list all leases.
   */
  private static LeaseId drawId() {
    return LeaseId.of(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
  }

  private static long seconds(Duration ttl) {
    if (ttl.compareTo(SHORTEST) < 0 || ttl.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "ttl must be between " + SHORTEST + " and " + LONGEST + ", was " + ttl);
    }
    return ttl.getNano() == 0 ? ttl.getSeconds() : ttl.getSeconds() + 1;
  }

  private static LeaseId named(LeaseId id) {
    if (id.isNone()) {
      throw new IllegalArgumentException("id must name a lease, was LeaseId.NONE");
    }
    return id;
  }

  /**
   * Whether the change was refused because an earlier attempt of the same call may have made it.
   */
  private static boolean mayHaveBeenDone(@Nullable Throwable failure, Code refusal) {
    return failure instanceof EtcdException refused
        && refused.code() == refusal
        && refused.outcome() == WriteOutcome.UNKNOWN;
  }

  /** A grant that may have been made, and of which no more is known than this. */
  private static EtcdException failed(Code code, String detail, @Nullable EtcdException cause) {
    EtcdException.Call call =
        cause == null
            ? new EtcdException.Call(LeaseRpcs.GRANT.operation(), null, 1)
            : new EtcdException.Call(
                LeaseRpcs.GRANT.operation(), cause.endpoint().orElse(null), cause.attempts());
    return new EtcdException(code, WriteOutcome.UNKNOWN, call, detail, cause);
  }
}
