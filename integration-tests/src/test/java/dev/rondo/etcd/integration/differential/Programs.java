package dev.rondo.etcd.integration.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.rondo.etcd.wire.ClusterGrpc;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.Compare;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.HashKVRequest;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseLeasesRequest;
import dev.rondo.etcd.wire.LeaseRevokeRequest;
import dev.rondo.etcd.wire.LeaseTimeToLiveRequest;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.MemberAddRequest;
import dev.rondo.etcd.wire.MemberListRequest;
import dev.rondo.etcd.wire.MemberPromoteRequest;
import dev.rondo.etcd.wire.MemberRemoveRequest;
import dev.rondo.etcd.wire.MemberUpdateRequest;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.WatchCancelRequest;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchRequest;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Builders;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** Draws programs about few keys, values and leases, so that they meet each other often. */
final class Programs {
  private static final Pattern READS_THE_PAST = Pattern.compile("\\brevision:");
  private static final double RARELY = 0.05;
  private static final double SOMETIMES = 0.25;
  private static final double OFTEN = 0.6;

  private Programs() {}

  /**
   * Draws programs of so many steps, each for one of so many members. A program gets shorter only
   * while it shrinks.
   */
  static Arbitrary<Program> of(int steps, int members) {
    RandomDistribution full = (tries, min, max, center) -> random -> max;
    return step(members)
        .list()
        .ofMinSize(1)
        .ofMaxSize(steps)
        .withSizeDistribution(full)
        .map(Program::new);
  }

  private static Arbitrary<Step> step(int members) {
    var step =
        Arbitraries.frequencyOf(
            Tuple.of(30, call(KVGrpc.getPutMethod(), put())),
            Tuple.of(20, call(KVGrpc.getRangeMethod(), range())),
            Tuple.of(8, call(KVGrpc.getDeleteRangeMethod(), delete())),
            Tuple.of(20, call(KVGrpc.getTxnMethod(), outerTxn(members))),
            Tuple.of(3, call(KVGrpc.getCompactMethod(), compact())),
            Tuple.of(2, call(MaintenanceGrpc.getHashKVMethod(), hash())),
            Tuple.of(12, lease()),
            Tuple.of(9, call(WatchGrpc.getWatchMethod(), watch())),
            Tuple.of(5, members(members)));
    return members == 1
        ? step
        : step.flatMap(one -> Arbitraries.integers().between(0, members - 1).map(one::askedOf));
  }

  private static <T extends Message> Arbitrary<Step> call(
      MethodDescriptor<T, ?> method, Arbitrary<T> requests) {
    return requests.map(request -> Step.of(method, request));
  }

  // Keys, values, revisions

  private static Arbitrary<ByteString> bytes(String... values) {
    return Arbitraries.of(values).map(ByteString::copyFromUtf8);
  }

  private static Arbitrary<ByteString> key() {
    return Arbitraries.frequencyOf(
        Tuple.of(30, bytes("a", "b", "c", "ab")),
        Tuple.of(3, Arbitraries.of(ByteString.copyFrom(new byte[] {(byte) 0xff}), zero())),
        Tuple.of(1, bytes("")));
  }

  private static ByteString zero() {
    return ByteString.copyFrom(new byte[1]);
  }

  /** Ends before the key, at it and after it, a prefix, and the end of all keys. */
  private static Arbitrary<ByteString> end() {
    return Arbitraries.of(List.of("b", "ac", "c", "d", "\0", "a", "a\0"))
        .map(ByteString::copyFromUtf8);
  }

  private static Arbitrary<ByteString> value() {
    return bytes("1", "2", "", "3");
  }

  private static Arbitrary<Long> revision() {
    return Arbitraries.frequencyOf(Tuple.of(22, positiveRevision()), Tuple.of(1, negative()));
  }

  private static Arbitrary<Long> negative() {
    return Arbitraries.just(-1L);
  }

  /**
   * Mostly what is there, sometimes what was compacted or is yet to come.
   *
   * <p>A watch begins with nothing else: patches of 3.5 do not agree on negative revisions.
   */
  private static Arbitrary<Long> positiveRevision() {
    return Arbitraries.frequencyOf(
        Tuple.of(10, Arbitraries.integers().between(-8, 0).map(Symbols::now)),
        Tuple.of(1, Arbitraries.integers().between(-40, 3).map(Symbols::now)));
  }

  /** Some that are granted, one that never is, and none. */
  private static Arbitrary<Long> leaseId() {
    return Arbitraries.of(1L, 2L, 3L, 9L);
  }

  // Requests

  private static Arbitrary<PutRequest> put() {
    return Builders.withBuilder(PutRequest::newBuilder)
        .use(key())
        .in(PutRequest.Builder::setKey)
        .use(value())
        .withProbability(1 - RARELY)
        .in(PutRequest.Builder::setValue)
        .use(leaseId())
        .withProbability(SOMETIMES)
        .in(PutRequest.Builder::setLease)
        .use(Arbitraries.just(true))
        .withProbability(SOMETIMES)
        .in(PutRequest.Builder::setPrevKv)
        .use(Arbitraries.just(true))
        .withProbability(RARELY)
        .in((put, yes) -> put.setIgnoreValue(yes).clearValue())
        .use(Arbitraries.just(true))
        .withProbability(RARELY)
        .in((put, yes) -> put.setIgnoreLease(yes).clearLease())
        .use(value())
        .withProbability(RARELY / 2)
        .in(PutRequest.Builder::setValue)
        .use(leaseId())
        .withProbability(RARELY / 2)
        .in(PutRequest.Builder::setLease)
        .build(PutRequest.Builder::build);
  }

  private static Arbitrary<RangeRequest> range() {
    return Builders.withBuilder(RangeRequest::newBuilder)
        .use(key())
        .in(RangeRequest.Builder::setKey)
        .use(end())
        .withProbability(OFTEN)
        .in(RangeRequest.Builder::setRangeEnd)
        .use(revision())
        .withProbability(SOMETIMES)
        .in(RangeRequest.Builder::setRevision)
        .use(Arbitraries.of(1L, 2L, 3L, -1L))
        .withProbability(SOMETIMES)
        .in(RangeRequest.Builder::setLimit)
        .use(Arbitraries.of(RangeRequest.SortOrder.ASCEND, RangeRequest.SortOrder.DESCEND))
        .withProbability(SOMETIMES)
        .in(RangeRequest.Builder::setSortOrder)
        .use(known(RangeRequest.SortTarget.values(), RangeRequest.SortTarget.UNRECOGNIZED))
        .withProbability(SOMETIMES)
        .in(RangeRequest.Builder::setSortTarget)
        .use(Arbitraries.just(true))
        .withProbability(SOMETIMES)
        .in(RangeRequest.Builder::setSerializable)
        .use(Arbitraries.just(true))
        .withProbability(RARELY)
        .in(RangeRequest.Builder::setKeysOnly)
        .use(Arbitraries.just(true))
        .withProbability(RARELY)
        .in(RangeRequest.Builder::setCountOnly)
        .use(revision())
        .withProbability(RARELY)
        .in(RangeRequest.Builder::setMinModRevision)
        .use(revision())
        .withProbability(RARELY)
        .in(RangeRequest.Builder::setMaxModRevision)
        .use(revision())
        .withProbability(RARELY)
        .in(RangeRequest.Builder::setMinCreateRevision)
        .use(revision())
        .withProbability(RARELY)
        .in(RangeRequest.Builder::setMaxCreateRevision)
        .build(RangeRequest.Builder::build);
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // read only
  private static <T> Arbitrary<T> known(T[] all, T... unknown) {
    var none = List.of(unknown);
    return Arbitraries.of(List.of(all).stream().filter(one -> !none.contains(one)).toList());
  }

  private static Arbitrary<DeleteRangeRequest> delete() {
    return Builders.withBuilder(DeleteRangeRequest::newBuilder)
        .use(key())
        .in(DeleteRangeRequest.Builder::setKey)
        .use(end())
        .withProbability(SOMETIMES)
        .in(DeleteRangeRequest.Builder::setRangeEnd)
        .use(Arbitraries.just(true))
        .withProbability(SOMETIMES)
        .in(DeleteRangeRequest.Builder::setPrevKv)
        .build(DeleteRangeRequest.Builder::build);
  }

  private static Arbitrary<TxnRequest> outerTxn(int members) {
    return txn(2).filter(txn -> isSurvivedByEtcd(txn) && (members == 1 || isAppliedByAll(txn)));
  }

  private static Arbitrary<TxnRequest> txn(int depth) {
    return Builders.withBuilder(TxnRequest::newBuilder)
        .use(compare().list().ofMaxSize(2))
        .in(TxnRequest.Builder::addAllCompare)
        .use(operation(depth).list().ofMaxSize(3))
        .in(TxnRequest.Builder::addAllSuccess)
        .use(operation(depth).list().ofMaxSize(2))
        .in(TxnRequest.Builder::addAllFailure)
        .build(TxnRequest.Builder::build);
  }

  /**
   * Whether no put can miss, in the middle of its transaction, what a deletion before it took away:
   * not all such are refused, and etcd ends itself over the rest.
   */
  private static boolean isSurvivedByEtcd(TxnRequest txn) {
    var text = Texts.of(txn);
    return !text.contains("request_delete_range") || !text.contains("ignore_");
  }

  /**
   * Whether it reads no past revision: etcd leaves reads out on members that were not asked, which
   * then do not refuse what the one that was asked refuses (its issue 18667).
   */
  private static boolean isAppliedByAll(TxnRequest txn) {
    return !READS_THE_PAST.matcher(Texts.of(txn)).find();
  }

  private static Arbitrary<RequestOp> operation(int depth) {
    var flat =
        Arbitraries.frequencyOf(
            Tuple.of(8, put().map(put -> RequestOp.newBuilder().setRequestPut(put).build())),
            Tuple.of(
                6, range().map(range -> RequestOp.newBuilder().setRequestRange(range).build())),
            Tuple.of(
                4,
                delete()
                    .map(delete -> RequestOp.newBuilder().setRequestDeleteRange(delete).build())));
    if (depth == 0) {
      return flat;
    }
    var nested = txn(depth - 1).map(txn -> RequestOp.newBuilder().setRequestTxn(txn).build());
    return Arbitraries.frequencyOf(Tuple.of(9, flat), Tuple.of(1, nested));
  }

  private static Arbitrary<Compare> compare() {
    var results = known(Compare.CompareResult.values(), Compare.CompareResult.UNRECOGNIZED);
    return Builders.withBuilder(Compare::newBuilder)
        .use(key())
        .in(Compare.Builder::setKey)
        .use(end())
        .withProbability(SOMETIMES)
        .in(Compare.Builder::setRangeEnd)
        .use(results)
        .in(Compare.Builder::setResult)
        .use(operand())
        .in(Compare.Builder::mergeFrom)
        .use(known(Compare.CompareTarget.values(), Compare.CompareTarget.UNRECOGNIZED))
        .withProbability(RARELY)
        .in(Compare.Builder::setTarget)
        .build(Compare.Builder::build);
  }

  /** What is compared, and with what. */
  private static Arbitrary<Compare> operand() {
    return Arbitraries.oneOf(
        Arbitraries.longs()
            .between(0, 3)
            .map(
                version ->
                    Compare.newBuilder()
                        .setTarget(Compare.CompareTarget.VERSION)
                        .setVersion(version)
                        .build()),
        value()
            .map(
                value ->
                    Compare.newBuilder()
                        .setTarget(Compare.CompareTarget.VALUE)
                        .setValue(value)
                        .build()),
        revision()
            .map(
                revision ->
                    Compare.newBuilder()
                        .setTarget(Compare.CompareTarget.CREATE)
                        .setCreateRevision(revision)
                        .build()),
        revision()
            .map(
                revision ->
                    Compare.newBuilder()
                        .setTarget(Compare.CompareTarget.MOD)
                        .setModRevision(revision)
                        .build()),
        leaseId()
            .map(
                lease ->
                    Compare.newBuilder()
                        .setTarget(Compare.CompareTarget.LEASE)
                        .setLease(lease)
                        .build()));
  }

  private static Arbitrary<CompactionRequest> compact() {
    return Builders.withBuilder(CompactionRequest::newBuilder)
        .use(revision())
        .withProbability(1 - RARELY)
        .in(CompactionRequest.Builder::setRevision)
        .use(Arbitraries.just(true))
        .withProbability(OFTEN)
        .in(CompactionRequest.Builder::setPhysical)
        .build(CompactionRequest.Builder::build);
  }

  private static Arbitrary<HashKVRequest> hash() {
    return Builders.withBuilder(HashKVRequest::newBuilder)
        .use(revision())
        .withProbability(SOMETIMES)
        .in(HashKVRequest.Builder::setRevision)
        .build(HashKVRequest.Builder::build);
  }

  private static Arbitrary<Step> lease() {
    var ids =
        Arbitraries.frequencyOf(Tuple.of(12, leaseId()), Tuple.of(1, Arbitraries.of(0L, -1L)));
    return Arbitraries.frequencyOf(
        Tuple.of(4, call(LeaseGrpc.getLeaseGrantMethod(), grant())),
        Tuple.of(
            2,
            call(
                LeaseGrpc.getLeaseRevokeMethod(),
                ids.map(id -> LeaseRevokeRequest.newBuilder().setID(id).build()))),
        Tuple.of(
            3,
            call(
                LeaseGrpc.getLeaseTimeToLiveMethod(),
                Builders.withBuilder(LeaseTimeToLiveRequest::newBuilder)
                    .use(ids)
                    .in(LeaseTimeToLiveRequest.Builder::setID)
                    .use(Arbitraries.just(true))
                    .withProbability(OFTEN)
                    .in(LeaseTimeToLiveRequest.Builder::setKeys)
                    .build(LeaseTimeToLiveRequest.Builder::build))),
        Tuple.of(
            1,
            call(
                LeaseGrpc.getLeaseLeasesMethod(),
                Arbitraries.just(LeaseLeasesRequest.getDefaultInstance()))),
        Tuple.of(
            2,
            call(
                LeaseGrpc.getLeaseKeepAliveMethod(),
                ids.map(id -> LeaseKeepAliveRequest.newBuilder().setID(id).build()))));
  }

  /** Leases that outlive their program, and such as are too long. */
  private static Arbitrary<LeaseGrantRequest> grant() {
    var ttl = Arbitraries.of(600L, 700L, 9_000_000_000L, 9_000_000_001L);
    var id = Arbitraries.frequencyOf(Tuple.of(12, leaseId()), Tuple.of(1, Arbitraries.just(-1L)));
    return Builders.withBuilder(LeaseGrantRequest::newBuilder)
        .use(id.filter(one -> one != 9))
        .in(LeaseGrantRequest.Builder::setID)
        .use(ttl)
        .in(LeaseGrantRequest.Builder::setTTL)
        .build(LeaseGrantRequest.Builder::build);
  }

  private static Arbitrary<WatchRequest> watch() {
    var id = Arbitraries.of(1L, 0L, 2L, 3L);
    return Arbitraries.frequencyOf(
        Tuple.of(
            4, watchCreate().map(it -> WatchRequest.newBuilder().setCreateRequest(it).build())),
        Tuple.of(
            3,
            id.map(it -> WatchCancelRequest.newBuilder().setWatchId(it).build())
                .map(it -> WatchRequest.newBuilder().setCancelRequest(it).build())));
  }

  private static Arbitrary<WatchCreateRequest> watchCreate() {
    var filter =
        known(WatchCreateRequest.FilterType.values(), WatchCreateRequest.FilterType.UNRECOGNIZED);
    return Builders.withBuilder(WatchCreateRequest::newBuilder)
        .use(key())
        .in(WatchCreateRequest.Builder::setKey)
        .use(end())
        .withProbability(OFTEN)
        .in(WatchCreateRequest.Builder::setRangeEnd)
        .use(positiveRevision())
        .withProbability(SOMETIMES)
        .in(WatchCreateRequest.Builder::setStartRevision)
        .use(filter.list().ofMinSize(1).ofMaxSize(2))
        .withProbability(SOMETIMES)
        .in(WatchCreateRequest.Builder::addAllFilters)
        .use(Arbitraries.just(true))
        .withProbability(OFTEN)
        .in(WatchCreateRequest.Builder::setPrevKv)
        .use(Arbitraries.just(true))
        .withProbability(SOMETIMES)
        .in(WatchCreateRequest.Builder::setFragment)
        .use(Arbitraries.of(1L, 2L))
        .withProbability(SOMETIMES)
        .in(WatchCreateRequest.Builder::setWatchId)
        .build(WatchCreateRequest.Builder::build);
  }

  // Members

  /**
   * Changes of members that never run. With one founder only learners are added, since one more
   * voter that does not run would end the quorum; with three founders two voters more do not, and
   * there are no more than two URLs.
   */
  private static Arbitrary<Step> members(int founders) {
    var id = Arbitraries.integers().between(founders, founders + 2).map(Symbols::member);
    // No learner: etcd before 3.5.31 calls it a voter from then on (its issue 21694). And of
    // several
    // founders none, since it would be lost to the others.
    var updated = founders == 1 ? Arbitraries.of(0, 50) : Arbitraries.just(50);
    var anyId = Arbitraries.integers().between(0, founders + 2).map(Symbols::member);
    return Arbitraries.frequencyOf(
        Tuple.of(
            2,
            call(
                ClusterGrpc.getMemberListMethod(),
                Arbitraries.of(true, false)
                    .map(it -> MemberListRequest.newBuilder().setLinearizable(it).build()))),
        Tuple.of(3, call(ClusterGrpc.getMemberAddMethod(), add(founders > 1))),
        Tuple.of(
            2,
            call(
                ClusterGrpc.getMemberUpdateMethod(),
                Builders.withBuilder(MemberUpdateRequest::newBuilder)
                    .use(updated.map(Symbols::member))
                    .in(MemberUpdateRequest.Builder::setID)
                    .use(peerUrls())
                    .in(MemberUpdateRequest.Builder::addAllPeerURLs)
                    .build(MemberUpdateRequest.Builder::build))),
        Tuple.of(
            2,
            call(
                ClusterGrpc.getMemberRemoveMethod(),
                id.map(it -> MemberRemoveRequest.newBuilder().setID(it).build()))),
        Tuple.of(
            2,
            call(
                ClusterGrpc.getMemberPromoteMethod(),
                anyId.map(it -> MemberPromoteRequest.newBuilder().setID(it).build()))));
  }

  private static Arbitrary<MemberAddRequest> add(boolean alsoVoters) {
    var learner = alsoVoters ? Arbitraries.of(true, false) : Arbitraries.just(true);
    return Builders.withBuilder(MemberAddRequest::newBuilder)
        .use(peerUrls())
        .in(MemberAddRequest.Builder::addAllPeerURLs)
        .use(learner)
        .in(MemberAddRequest.Builder::setIsLearner)
        .build(MemberAddRequest.Builder::build);
  }

  private static Arbitrary<List<String>> peerUrls() {
    return Arbitraries.frequencyOf(
        Tuple.of(12, Arbitraries.of(List.of("http://127.0.0.1:1"), List.of("http://127.0.0.1:2"))),
        Tuple.of(
            1,
            Arbitraries.of(
                List.of(),
                List.of(""),
                List.of("127.0.0.1:1"),
                List.of("http://127.0.0.1"),
                List.of("ftp://127.0.0.1:1"),
                List.of("http://127.0.0.1:1/path"))));
  }
}
