package dev.rondo.etcd.companion.engine;

import com.google.protobuf.MessageLite;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.consensus.Leadership;
import dev.rondo.etcd.companion.consensus.StateMachine;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.lease.Lessor;
import dev.rondo.etcd.companion.membership.Members;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.AlarmMember;
import dev.rondo.etcd.wire.AlarmRequest;
import dev.rondo.etcd.wire.AlarmResponse;
import dev.rondo.etcd.wire.AlarmType;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.CompactionResponse;
import dev.rondo.etcd.wire.DefragmentResponse;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.DeleteRangeResponse;
import dev.rondo.etcd.wire.HashKVRequest;
import dev.rondo.etcd.wire.HashKVResponse;
import dev.rondo.etcd.wire.HashResponse;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.LeaseGrantResponse;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import dev.rondo.etcd.wire.LeaseLeasesResponse;
import dev.rondo.etcd.wire.LeaseRevokeRequest;
import dev.rondo.etcd.wire.LeaseRevokeResponse;
import dev.rondo.etcd.wire.LeaseStatus;
import dev.rondo.etcd.wire.LeaseTimeToLiveRequest;
import dev.rondo.etcd.wire.LeaseTimeToLiveResponse;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.MemberAddRequest;
import dev.rondo.etcd.wire.MemberAddResponse;
import dev.rondo.etcd.wire.MemberListRequest;
import dev.rondo.etcd.wire.MemberListResponse;
import dev.rondo.etcd.wire.MemberPromoteRequest;
import dev.rondo.etcd.wire.MemberPromoteResponse;
import dev.rondo.etcd.wire.MemberRemoveRequest;
import dev.rondo.etcd.wire.MemberRemoveResponse;
import dev.rondo.etcd.wire.MemberUpdateRequest;
import dev.rondo.etcd.wire.MemberUpdateResponse;
import dev.rondo.etcd.wire.MoveLeaderRequest;
import dev.rondo.etcd.wire.MoveLeaderResponse;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.StatusResponse;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One member. Requests come in checked (keys present, limits of a transaction); answers have their
 * header. A future fails with {@link dev.rondo.etcd.companion.error.EtcdErrorException} for what
 * etcd refuses, and with a gRPC status for the few failures to which etcd gives no text of its own;
 * cancelling a future stops waiting. Futures complete on threads of the consensus, of the readers
 * or of the scheduler, which must not be held up. Safe for use by many threads.
 */
public final class Engine implements AutoCloseable {
  /** The release of etcd that it answers like. */
  public static final String VERSION = "3.5.16";

  private final EngineSettings settings;
  private final Workers workers;
  private final Store store;
  private final Lessor leases;
  private final Members table;
  private final Headers headers;
  private final Txns txns;
  private final Removal removal;
  private final Leaders leaders;
  private final AppliedIndex applied = new AppliedIndex();
  private final Replica replica;
  private final Consensus consensus;
  private final Neighbours neighbours;
  private final Proposals proposals;
  private final Quota quota;
  private final LinearizableReads reads;
  private final LeaseKeeper leaseKeeper;
  private final MemberKeeper memberKeeper;
  private final LeaderCalls leader;
  private final Memberships memberships;
  private final Publisher publisher;

  private Engine(
      EngineSettings settings,
      Workers workers,
      Store store,
      Lessor leases,
      Function<StateMachine, Consensus> opening) {
    this.settings = settings;
    this.workers = workers;
    this.store = store;
    this.leases = leases;
    table = new Members(settings.founders());
    headers = new Headers(settings.clusterId(), settings.memberId(), store);
    txns = new Txns(store, leases, headers);
    removal = new Removal(settings, workers);
    leaders = new Leaders(workers);
    var awaited = new Awaited(settings);
    var changes = new MemberChanges(table, headers, removal);
    var applier = new Applier(store, leases, table, headers, changes);
    var saved = new SavedState(table, leases, store);
    replica = new Replica(applier, awaited, applied, headers, leaders, saved);
    consensus = opening.apply(replica);
    neighbours = new Neighbours(settings, consensus, table, removal, workers);
    proposals = new Proposals(settings, consensus, leaders, awaited, neighbours, workers);
    quota = new Quota(settings, store, proposals);
    reads = new LinearizableReads(settings, consensus, leaders, applied, workers);
    leaseKeeper = new LeaseKeeper(settings, leases, leaders, proposals, workers);
    memberKeeper = new MemberKeeper(settings, consensus, table, proposals, applied, workers);
    var leaseDesk = new LeaseDesk(consensus, applied, leases, proposals);
    var desk = new LeaderDesk(leaseDesk, memberKeeper);
    replica.answerBy(desk::answer);
    leader = new LeaderCalls(settings, consensus, desk, workers);
    memberships =
        new Memberships(
            settings, consensus, table, proposals, reads, leader, neighbours, headers, workers);
    publisher = new Publisher(settings, proposals, workers);
  }

  /**
   * Starts a member, which takes part at once and serves requests as soon as there is a leader.
   *
   * @param store empty; the engine alone writes to it
   * @param leases without leases
   * @param opening makes this member's part in the consensus, which the engine closes
   */
  public static Engine start(
      EngineSettings settings,
      Workers workers,
      Store store,
      Lessor leases,
      Function<StateMachine, Consensus> opening) {
    var engine = new Engine(settings, workers, store, leases, opening);
    engine.publisher.publish();
    return engine;
  }

  public CompletableFuture<PutResponse> put(PutRequest request) {
    return grow(Command.newBuilder().setPut(request));
  }

  public CompletableFuture<DeleteRangeResponse> deleteRange(DeleteRangeRequest request) {
    return proposals.propose(Command.newBuilder().setDeleteRange(request));
  }

  /** One key is read by the thread that asks or finds out that it may be read. */
  public CompletableFuture<RangeResponse> range(RangeRequest request) {
    boolean isShort = request.getRangeEnd().isEmpty();
    return read(
        request.getSerializable(),
        isShort,
        () -> Ranges.range(new View.Newest(store), request, headers::at));
  }

  public CompletableFuture<TxnResponse> txn(TxnRequest request) {
    return Txns.isReadOnly(request)
        ? read(Txns.isSerializable(request), Txns.isShort(request), () -> txns.read(request))
        : grow(Command.newBuilder().setTxn(request));
  }

  /** Proposes what may need space. */
  private <T extends MessageLite> CompletableFuture<T> grow(Command.Builder change) {
    var refusal = quota.refusal(change);
    return refusal.isPresent()
        ? CompletableFuture.failedFuture(refusal.get())
        : proposals.propose(change);
  }

  private <T> CompletableFuture<T> read(boolean isSerializable, boolean isShort, Supplier<T> read) {
    if (!isSerializable) {
      var confirmed = reads.confirm();
      return isShort
          ? confirmed.thenApply(done -> read.get())
          : confirmed.thenApplyAsync(done -> read.get(), workers.readers());
    }
    return isShort ? now(read) : CompletableFuture.supplyAsync(read, workers.readers());
  }

  private static <T> CompletableFuture<T> now(Supplier<T> read) {
    try {
      return CompletableFuture.completedFuture(read.get());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** A physical compaction is answered when this member has nothing left of the past. */
  public CompletableFuture<CompactionResponse> compact(CompactionRequest request) {
    CompletableFuture<CompactionResponse> compacted =
        proposals.propose(Command.newBuilder().setCompact(request));
    return request.getPhysical()
        ? compacted.thenCompose(response -> store.swept().thenApply(done -> response))
        : compacted;
  }

  /** Draws an id if the request has none. */
  public CompletableFuture<LeaseGrantResponse> leaseGrant(LeaseGrantRequest request) {
    var grant = request.toBuilder();
    while (grant.getID() == Writes.NO_LEASE) {
      grant.setID(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE));
    }
    return grow(Command.newBuilder().setLeaseGrant(grant));
  }

  public CompletableFuture<LeaseRevokeResponse> leaseRevoke(LeaseRevokeRequest request) {
    return proposals.propose(Command.newBuilder().setLeaseRevoke(request));
  }

  /** The TTL is 0 if there is no such lease. */
  public CompletableFuture<LeaseKeepAliveResponse> leaseRenew(long id) {
    // made first, so that nobody sees a lease renewed at a revision at which it was gone
    var header = headers.now();
    var request = LeaseKeepAliveRequest.newBuilder().setID(id);
    return leader
        .ask(PeerQuestion.newBuilder().setLeaseRenew(request).build())
        .thenApply(answer -> answer.getLeaseRenew().toBuilder().setHeader(header).build());
  }

  /** The TTL is -1 if there is no such lease. */
  public CompletableFuture<LeaseTimeToLiveResponse> leaseTimeToLive(
      LeaseTimeToLiveRequest request) {
    return leader
        .ask(PeerQuestion.newBuilder().setLeaseTimeToLive(request).build())
        .thenApply(
            answer -> answer.getLeaseTimeToLive().toBuilder().setHeader(headers.now()).build());
  }

  public CompletableFuture<LeaseLeasesResponse> leaseLeases() {
    var response = LeaseLeasesResponse.newBuilder().setHeader(headers.now());
    for (long id : leases.ids()) {
      response.addLeases(LeaseStatus.newBuilder().setID(id));
    }
    return CompletableFuture.completedFuture(response.build());
  }

  public CompletableFuture<MemberAddResponse> memberAdd(MemberAddRequest request) {
    return memberships.add(request);
  }

  public CompletableFuture<MemberRemoveResponse> memberRemove(MemberRemoveRequest request) {
    return memberships.remove(request);
  }

  public CompletableFuture<MemberUpdateResponse> memberUpdate(MemberUpdateRequest request) {
    return memberships.update(request);
  }

  public CompletableFuture<MemberPromoteResponse> memberPromote(MemberPromoteRequest request) {
    return memberships.promote(request);
  }

  public CompletableFuture<MemberListResponse> memberList(MemberListRequest request) {
    return memberships.list(request);
  }

  public CompletableFuture<MoveLeaderResponse> moveLeader(MoveLeaderRequest request) {
    return memberships.moveLeader(request);
  }

  public CompletableFuture<StatusResponse> status() {
    var leadership = consensus.leadership();
    var response =
        StatusResponse.newBuilder()
            .setHeader(headers.now())
            .setVersion(VERSION)
            .setDbSize(store.size() + tableSize())
            .setDbSizeInUse(store.sizeInUse() + tableSize())
            .setLeader(leadership.leader())
            .setRaftTerm(leadership.term())
            .setRaftIndex(consensus.committedIndex())
            .setRaftAppliedIndex(applied.get())
            .setIsLearner(isLearner());
    if (!leadership.isKnown()) {
      response.addErrors(EtcdError.NO_LEADER.text());
    }
    table.alarms(AlarmType.NONE).stream().map(Engine::text).forEach(response::addErrors);
    return CompletableFuture.completedFuture(response.build());
  }

  /** Etcd keeps its members in the database too. */
  private long tableSize() {
    return table.list().stream().mapToLong(Member::getSerializedSize).sum();
  }

  /** As etcd writes them, the space at the end included. */
  private static String text(AlarmMember alarm) {
    var member =
        alarm.getMemberID() == 0
            ? ""
            : "memberID:%s ".formatted(Long.toUnsignedString(alarm.getMemberID()));
    return "%salarm:%s ".formatted(member, alarm.getAlarm());
  }

  public CompletableFuture<AlarmResponse> alarm(AlarmRequest request) {
    return proposals.propose(Command.newBuilder().setAlarm(request));
  }

  public CompletableFuture<DefragmentResponse> defragment() {
    store.defragment();
    return CompletableFuture.completedFuture(DefragmentResponse.getDefaultInstance());
  }

  public CompletableFuture<HashResponse> hash() {
    return CompletableFuture.supplyAsync(
        () -> {
          var hash = store.hash(0);
          return HashResponse.newBuilder()
              .setHeader(headers.at(hash.revision()))
              .setHash(hash.hash())
              .build();
        },
        workers.readers());
  }

  public CompletableFuture<HashKVResponse> hashKv(HashKVRequest request) {
    return CompletableFuture.supplyAsync(
        () -> {
          var hash = store.hash(request.getRevision());
          return HashKVResponse.newBuilder()
              .setHeader(headers.now())
              .setHash(hash.hash())
              .setCompactRevision(hash.compactRevision())
              .build();
        },
        workers.readers());
  }

  /** A header with this member's ids and term, and the store's revision. */
  public ResponseHeader header() {
    return headers.now();
  }

  /** A header with this member's ids and term, and that revision. */
  public ResponseHeader header(long revision) {
    return headers.at(revision);
  }

  public long id() {
    return settings.memberId();
  }

  public long clusterId() {
    return settings.clusterId();
  }

  /** What this member knows about the leader now. */
  public Leadership leadership() {
    return consensus.leadership();
  }

  public boolean hasLeader() {
    return consensus.leadership().isKnown();
  }

  /** What the table of members says of this one; empty before it has learned of itself. */
  public Optional<Member> self() {
    return table.find(settings.memberId());
  }

  /** Whether this member only learns, as far as it knows. */
  public boolean isLearner() {
    return self()
        .map(Member::getIsLearner)
        .orElseGet(() -> consensus.configuration().learners().contains(settings.memberId()));
  }

  public Duration electionTimeout() {
    return settings.electionTimeout();
  }

  /** For the watch. Only this engine writes to it. */
  public Store store() {
    return store;
  }

  /**
   * The listener runs now and whenever term or leader changed: it asks {@link #hasLeader} again. On
   * a thread of the engine's, which it must not hold up.
   */
  public void onLeadership(Runnable listener) {
    leaders.onChange(listener);
  }

  /** Told once, by the scheduler, about a second after this member was removed for good. */
  public void onRemoved(Runnable listener) {
    removal.onRemoved(listener);
  }

  /** Stops at once, as a crash would for the others. What is awaited fails with STOPPED. */
  @Override
  public void close() {
    publisher.close();
    neighbours.close();
    leaseKeeper.close();
    memberKeeper.close();
    leader.close();
    reads.close();
    proposals.close();
    consensus.close();
  }
}
