package dev.rondo.etcd.companion.engine;

import static dev.rondo.etcd.companion.engine.LoneMember.bytes;
import static dev.rondo.etcd.companion.engine.LoneMember.putOf;
import static dev.rondo.etcd.companion.engine.LoneMember.rangeOf;
import static dev.rondo.etcd.companion.engine.RatisCluster.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.LeaseTimeToLiveRequest;
import dev.rondo.etcd.wire.MemberAddRequest;
import dev.rondo.etcd.wire.MemberListRequest;
import dev.rondo.etcd.wire.MemberPromoteRequest;
import dev.rondo.etcd.wire.MemberRemoveRequest;
import dev.rondo.etcd.wire.MoveLeaderRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same engine over the real consensus. */
class RatisEnginesTest {
  @TempDir Path folder;

  private static RatisCluster of(Path folder) {
    return new RatisCluster(folder, 10_000, 1, 2, 3);
  }

  private static String value(Engine engine, String key) {
    var response = await(engine.range(rangeOf(key).build()));
    return response.getKvsCount() == 0 ? "" : response.getKvs(0).getValue().toStringUtf8();
  }

  private static void awaitCondition(Callable<Boolean> condition) {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(condition);
  }

  @Test
  void writesThroughAFollowerAreReadFromEveryMember() {
    try (var cluster = of(folder)) {
      var follower = cluster.follower();
      for (int i = 0; i < 20; i++) {
        var put = await(follower.put(putOf("a", "v" + i).build()));

        assertThat(put.getHeader().getMemberId()).isEqualTo(follower.id());
        for (long id : List.of(1L, 2L, 3L)) {
          assertThat(value(cluster.engine(id), "a")).isEqualTo("v" + i);
        }
        var own = rangeOf("a").setSerializable(true).build();
        assertThat(await(follower.range(own)).getKvs(0).getValue()).isEqualTo(bytes("v" + i));
      }
    }
  }

  @Test
  void noAcknowledgedWriteIsLostWithTheLeaderNorAppliedTwice() {
    try (var cluster = of(folder)) {
      var leader = cluster.leader();
      var follower = cluster.follower();
      var puts = new ArrayList<CompletableFuture<?>>();
      for (int i = 0; i < 400; i++) {
        puts.add(follower.put(putOf("k" + i, "v").build()));
        if (i == 200) {
          cluster.kill(leader.id());
        }
      }
      puts.forEach(
          put -> put.handle((done, failure) -> null).orTimeout(20, TimeUnit.SECONDS).join());
      awaitCondition(() -> follower.hasLeader());
      value(follower, "k0");

      for (int i = 0; i < puts.size(); i++) {
        var read = await(follower.range(rangeOf("k" + i).build()));
        if (!puts.get(i).isCompletedExceptionally()) {
          assertThat(read.getKvsCount()).isOne();
        }
        read.getKvsList().forEach(kv -> assertThat(kv.getVersion()).isOne());
      }
      assertThat(puts).anyMatch(put -> !put.isCompletedExceptionally());
    }
  }

  @Test
  void leasesLiveOnUnderANewLeaderAndThenExpire() {
    try (var cluster = of(folder)) {
      var leader = cluster.leader();
      var follower = cluster.follower();
      var grant = LeaseGrantRequest.newBuilder().setTTL(3).build();
      long id = await(follower.leaseGrant(grant)).getID();
      await(follower.put(putOf("a", "1").setLease(id).build()));
      await(follower.put(putOf("b", "1").setLease(id).build()));
      assertThat(await(follower.leaseRenew(id)).getTTL()).isEqualTo(3);
      assertThat(await(leader.leaseRenew(id)).getTTL()).isEqualTo(3);

      cluster.kill(leader.id());
      assertThat(await(follower.leaseRenew(id)).getTTL()).isEqualTo(3);
      var request = LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(true).build();
      var times = await(follower.leaseTimeToLive(request));
      assertThat(times.getKeysList()).containsExactly(bytes("a"), bytes("b"));
      long before = await(follower.range(rangeOf("a").build())).getHeader().getRevision();

      awaitCondition(() -> value(follower, "a").isEmpty());
      var gone = await(follower.range(rangeOf("b").build()));
      assertThat(gone.getCount()).isZero();
      assertThat(gone.getHeader().getRevision()).isEqualTo(before + 1);
      assertThat(await(follower.leaseRenew(id)).getTTL()).isZero();
    }
  }

  @Test
  void aLearnerJoinsBySnapshotIsPromotedAndLeads() {
    try (var cluster = new RatisCluster(folder, 200, 1, 2, 3)) {
      var leader = cluster.leader();
      long lease =
          await(leader.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build())).getID();
      for (int i = 0; i < 500; i++) {
        await(leader.put(putOf("k" + i, "v").setLease(lease).build()));
      }
      var add = MemberAddRequest.newBuilder().setIsLearner(true).addPeerURLs("http://4").build();
      awaitCondition(() -> leader.memberAdd(add).handle((done, failure) -> failure == null).join());
      long id =
          await(leader.memberList(MemberListRequest.getDefaultInstance())).getMembersList().stream()
              .filter(member -> member.getIsLearner())
              .findFirst()
              .orElseThrow()
              .getID();
      var promote = MemberPromoteRequest.newBuilder().setID(id).build();
      assertThat(leader.memberPromote(promote))
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withMessageContaining("in sync with leader");

      var learner = cluster.start(id, new Configuration(Set.of(1L, 2L, 3L), Set.of(id)));
      awaitCondition(() -> learner.store().revision() == leader.store().revision());
      assertThat(learner.isLearner()).isTrue();
      awaitCondition(
          () ->
              cluster
                  .follower()
                  .memberPromote(promote)
                  .handle((done, failure) -> failure == null)
                  .join());
      awaitCondition(() -> !learner.isLearner());

      awaitCondition(
          () ->
              await(leader.memberList(MemberListRequest.getDefaultInstance()))
                  .getMembersList()
                  .stream()
                  .allMatch(m -> m.getName().startsWith("member-")));
      await(leader.moveLeader(MoveLeaderRequest.newBuilder().setTargetID(id).build()));
      assertThat(cluster.leader()).isSameAs(learner);
      var keys = LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build();
      assertThat(await(leader.leaseTimeToLive(keys)).getKeysCount()).isEqualTo(500);
    }
  }

  @Test
  void aRemovedMemberHearsOfItAndTheOthersGoOn() {
    try (var cluster = of(folder)) {
      var leader = cluster.leader();
      var removed = cluster.follower();
      var told = new CompletableFuture<Void>();
      removed.onRemoved(() -> told.complete(null));
      var request = MemberRemoveRequest.newBuilder().setID(removed.id()).build();

      awaitCondition(
          () -> leader.memberRemove(request).handle((done, failure) -> failure == null).join());

      await(told);
      cluster.kill(removed.id());
      await(leader.put(putOf("a", "1").build()));
      assertThat(value(cluster.follower(), "a")).isEqualTo("1");
    }
  }

  @Test
  void aLeaderThatRemovesItselfLeavesTheOthersWithAnother() {
    try (var cluster = of(folder)) {
      var leader = cluster.leader();
      var told = new CompletableFuture<Void>();
      leader.onRemoved(() -> told.complete(null));
      var request = MemberRemoveRequest.newBuilder().setID(leader.id()).build();

      awaitCondition(
          () -> leader.memberRemove(request).handle((done, failure) -> failure == null).join());

      await(told);
      cluster.kill(leader.id());
      await(cluster.leader().put(putOf("a", "1").build()));
      assertThat(value(cluster.follower(), "a")).isEqualTo("1");
    }
  }

  @Test
  void aMemberThatWasAwayCatchesUpAndHasTheSameHash() {
    try (var cluster = new RatisCluster(folder, 100, 1, 2, 3)) {
      var leader = cluster.leader();
      var away = cluster.follower().id();
      cluster.kill(away);
      for (int i = 0; i < 300; i++) {
        await(leader.put(putOf("k" + i % 10, "v" + i).build()));
      }

      var back = cluster.restart(away);
      awaitCondition(() -> back.store().revision() == leader.store().revision());

      assertThat(back.store().hash(0)).isEqualTo(leader.store().hash(0));
      assertThat(value(back, "k0")).isEqualTo("v290");
    }
  }

  @Test
  void theMinorityNeitherWritesNorReadsLinearizably() {
    try (var cluster = of(folder)) {
      var leader = cluster.leader();
      await(leader.put(putOf("a", "1").build()));
      cluster.isolate(leader.id());

      var write = leader.put(putOf("a", "2").build());
      var read = leader.range(rangeOf("a").build());
      awaitCondition(() -> !leader.hasLeader());
      assertThat(await(leader.range(rangeOf("a").setSerializable(true).build())).getCount())
          .isOne();
      assertThat(write).failsWithin(Duration.ofSeconds(20));
      assertThat(read).failsWithin(Duration.ofSeconds(20));

      cluster.heal(leader.id());
      awaitCondition(() -> leader.hasLeader());
      awaitCondition(
          () ->
              leader
                  .range(rangeOf("a").build())
                  .handle(
                      (done, failure) ->
                          failure == null && done.getKvs(0).getValue().equals(bytes("1")))
                  .join());
    }
  }
}
