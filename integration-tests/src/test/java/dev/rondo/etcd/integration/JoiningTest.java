package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.CompanionCluster;
import dev.rondo.etcd.companion.CompanionMember;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.MemberPromoteRequest;
import dev.rondo.etcd.wire.MoveLeaderRequest;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import dev.rondo.etcd.wire.WatchResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that come late to a companion cluster, and those that only learn. */
@Timeout(180)
class JoiningTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int KEYS = 100_000;
  private static final int KEYS_PER_TXN = 100;

  /** So few that the log is long gone after so many keys, for all that share an entry. */
  private static final int SNAPSHOT_ENTRIES = 10;

  /** Txns under way at a time: as many may share an entry. */
  private static final int IN_FLIGHT = 16;

  /** So that the log has several files: only whole ones are dropped. */
  private static final ByteString VALUE =
      ByteString.copyFromUtf8("a value of some length ".repeat(4));

  @TempDir private Path folder;

  @Test
  void aNewMemberJoinsByTheLeadersSnapshot() throws Exception {
    try (var cluster = three()) {
      fill(cluster, 0, KEYS);

      var joined = cluster.addMember();

      awaitKeys(joined, KEYS);
      assertThat(snapshotsTakenOver(cluster, joined)).isPositive();
      assertSameHash(cluster, joined);
    }
  }

  @Test
  void aMemberThatWasAwayPastTheTailOfTheLogCatchesUp() throws Exception {
    try (var cluster = three()) {
      fill(cluster, 0, KEYS / 5);
      var away = follower(cluster);
      away.kill();
      fill(cluster, KEYS / 5, KEYS);

      away.restart();

      awaitKeys(away, KEYS);
      assertThat(snapshotsTakenOver(cluster, away)).isPositive();
      assertSameHash(cluster, away);
    }
  }

  @Test
  void k16_aLearnerRefusesAllButLocalReads() {
    try (var cluster = three()) {
      fill(cluster, 0, KEYS_PER_TXN);
      var learner = cluster.addLearner();
      awaitKeys(learner, KEYS_PER_TXN);
      try (var wire = WireMember.of(learner)) {
        var key = key(0);
        assertThat(
                List.of(
                    statusOf(() -> wire.kv().range(RangeRequest.newBuilder().setKey(key).build())),
                    statusOf(() -> wire.kv().put(PutRequest.newBuilder().setKey(key).build())),
                    statusOf(
                        () ->
                            wire.leases()
                                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build())),
                    endOfWatch(wire)))
            .extracting(Status::getCode, Status::getDescription)
            .containsOnly(
                tuple(Status.Code.UNAVAILABLE, "etcdserver: rpc not supported for learner"));
      }
    }
  }

  @Test
  void aLearnerIsPromotedOnceItHasCaughtUp() {
    try (var cluster = three();
        var wire = WireMember.of(cluster.leader())) {
      var learner = cluster.addLearner();
      awaitKeys(learner, 0);
      var promote = MemberPromoteRequest.newBuilder().setID(learner.id()).build();

      learner.isolate();
      fill(cluster, 0, KEYS / 5);
      var tooSoon = statusOf(() -> wire.cluster().memberPromote(promote));
      learner.heal();
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsMatching(
              e -> Status.fromThrowable(e).getCode() == Status.Code.FAILED_PRECONDITION)
          .until(() -> wire.cluster().memberPromote(promote).getMembersCount() == 4);

      assertThat(tooSoon.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(tooSoon.getDescription())
          .isEqualTo("etcdserver: can only promote a learner member which is in sync with leader");
      assertThat(keys(learner)).isGreaterThan(KEYS / 5 * 8 / 10);
      await().atMost(PATIENCE).until(() -> !learner.isLearner());
      cluster.moveLeader(3);
      assertThat(cluster.leader()).isEqualTo(learner);
    }
  }

  @Test
  void aLearnerNeverLeads() {
    try (var cluster = three()) {
      var learner = cluster.addLearner();
      try (var wire = WireMember.of(cluster.leader())) {
        var refused =
            statusOf(
                () ->
                    wire.maintenance()
                        .moveLeader(
                            MoveLeaderRequest.newBuilder().setTargetID(learner.id()).build()));
        assertThat(refused.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(refused.getDescription()).isEqualTo("etcdserver: bad leader transferee");
      }

      cluster.leader().kill();
      var next = cluster.awaitLeader();
      assertThat(next).isNotEqualTo(learner);

      // One voter of three is left: the learner is there, but does not count.
      next.kill();
      await()
          .atMost(PATIENCE)
          .during(Duration.ofSeconds(4))
          .until(() -> cluster.members().stream().noneMatch(CompanionMember::isLeader));
    }
  }

  private static CompanionCluster three() {
    return CompanionCluster.builder().members(3).snapshotEntries(SNAPSHOT_ENTRIES).start();
  }

  private static CompanionMember follower(CompanionCluster cluster) {
    return cluster.members().stream().filter(member -> !member.isLeader()).findAny().orElseThrow();
  }

  /** Writes the keys of these numbers, many at a time. */
  private static void fill(CompanionCluster cluster, int from, int to) {
    var slots = new Semaphore(IN_FLIGHT);
    var answers = new ArrayList<ListenableFuture<TxnResponse>>();
    try (var wire = WireMember.of(cluster.leader())) {
      for (int i = from; i < to; i += KEYS_PER_TXN) {
        slots.acquireUninterruptibly();
        var answer = wire.kvAsync().txn(puts(i, i + KEYS_PER_TXN));
        answer.addListener(slots::release, MoreExecutors.directExecutor());
        answers.add(answer);
      }
      slots.acquireUninterruptibly(IN_FLIGHT);
    }
    assertThat(answers).allSatisfy(answer -> assertThat(answer.get().getSucceeded()).isTrue());
  }

  private static TxnRequest puts(int from, int to) {
    var txn = TxnRequest.newBuilder();
    for (int i = from; i < to; i++) {
      txn.addSuccess(
          RequestOp.newBuilder()
              .setRequestPut(PutRequest.newBuilder().setKey(key(i)).setValue(VALUE)));
    }
    return txn.build();
  }

  private static ByteString key(int number) {
    return ByteString.copyFromUtf8("key-" + number);
  }

  private static long keys(CompanionMember member) {
    try (var wire = WireMember.of(member)) {
      return wire.countLocally().getCount();
    }
  }

  private static void awaitKeys(CompanionMember member, long count) {
    try (var wire = WireMember.of(member)) {
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
          .until(() -> wire.countLocally().getCount() == count);
    }
  }

  private static void assertSameHash(CompanionCluster cluster, CompanionMember member) {
    try (var leader = WireMember.of(cluster.leader());
        var wire = WireMember.of(member)) {
      long revision = wire.countLocally().getHeader().getRevision();
      assertThat(wire.hash(revision)).isEqualTo(leader.hash(revision));
    }
  }

  private long snapshotsTakenOver(CompanionCluster cluster, CompanionMember member)
      throws IOException {
    var journal = folder.resolve("journal");
    cluster.writeLog(journal);
    return Files.readAllLines(journal).stream()
        .filter(line -> line.endsWith(member.name() + " took over the leader's snapshot"))
        .count();
  }

  private static Status statusOf(Runnable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call::run).getStatus();
  }

  private static Status endOfWatch(WireMember member) {
    var end = new CompletableFuture<Status>();
    member
        .watches()
        .watch(
            new StreamObserver<WatchResponse>() {
              @Override
              public void onNext(WatchResponse response) {
                end.completeExceptionally(new AssertionError("was answered " + response));
              }

              @Override
              public void onError(Throwable cause) {
                end.complete(Status.fromThrowable(cause));
              }

              @Override
              public void onCompleted() {
                end.complete(Status.OK);
              }
            });
    return end.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }
}
