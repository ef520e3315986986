package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.cluster.ClusterClient;
import dev.rondo.etcd.cluster.Member;
import dev.rondo.etcd.cluster.MemberAdded;
import dev.rondo.etcd.cluster.MemberList;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Members of a real cluster. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#backends")
@Timeout(120)
class ClusterTest {
  private static final URI NOBODY = URI.create("http://127.0.0.1:1");
  private static final MemberId UNKNOWN = MemberId.of(0x1234);

  @Parameter EtcdBackend backend;

  private EtcdCluster etcd;
  private Connection connection;
  private ClusterClient cluster;

  @BeforeEach
  void start() {
    etcd = backend.cluster().members(3).start();
    connection = Connection.builder().endpoints(etcd.endpoints()).build();
    cluster = ClusterClient.over(connection);
  }

  @AfterEach
  void close() {
    connection.close();
    etcd.close();
  }

  @Test
  void listsEveryMember() {
    for (MemberList list : List.of(cluster.list(), cluster.listLocally())) {
      assertThat(list.members())
          .containsExactlyInAnyOrderElementsOf(
              etcd.members().stream().map(ClusterTest::asListed).toList());
      assertThat(list.members()).allMatch(Member::isStarted);
      assertThat(list.header().clusterId()).isNotZero();
      assertThat(list.header().revision()).isEqualTo(Revision.NONE);
    }
  }

  private static Member asListed(EtcdMember member) {
    return new Member(
        MemberId.of(member.id()),
        member.name(),
        List.of(URI.create(member.peerUrl())),
        List.of(member.endpoint()),
        false);
  }

  @Test
  void listsLocallyWithoutALeader() {
    etcd.followers().forEach(EtcdMember::kill);
    EtcdMember alone =
        etcd.members().stream().filter(EtcdMember::isRunning).findAny().orElseThrow();
    await().atMost(Duration.ofSeconds(30)).until(() -> alone.status().getLeader() == 0);

    MemberList list = cluster.listLocally();
    var thrown =
        catchThrowableOfType(
            EtcdException.class,
            () -> cluster.with(call -> call.timeout(Duration.ofSeconds(1))).list());

    assertThat(list.members()).hasSize(3);
    assertThat(list.header().memberId()).isEqualTo(MemberId.of(alone.id()));
    assertThat(thrown.code()).isEqualTo(Code.NO_LEADER);
  }

  @Test
  void aLearnerIsPromotedOnceItHasCaughtUp() {
    String peerUrl = etcd.newPeerUrl();
    MemberAdded added = cluster.addLearner(URI.create(peerUrl));
    MemberId learner = added.member().id();

    var tooSoon = catchThrowableOfType(EtcdException.class, () -> cluster.promote(learner));
    etcd.join("m3", peerUrl);
    MemberList members =
        await()
            .atMost(Duration.ofSeconds(30))
            .ignoreExceptionsMatching(
                e -> e instanceof EtcdException failure && failure.code() == Code.LEARNER_NOT_READY)
            .until(() -> cluster.promote(learner), list -> true);
    var again = catchThrowableOfType(EtcdException.class, () -> cluster.promote(learner));

    assertThat(added.member().isLearner()).isTrue();
    assertThat(added.member().isStarted()).isFalse();
    assertThat(added.member().peerUrls()).containsExactly(URI.create(peerUrl));
    assertThat(added.members()).hasSize(4).contains(added.member());
    assertThat(tooSoon.code()).isEqualTo(Code.LEARNER_NOT_READY);
    assertThat(members.members()).hasSize(4).noneMatch(Member::isLearner);
    assertThat(again.code()).isEqualTo(Code.MEMBER_NOT_LEARNER);
  }

  @Test
  void aMemberIsAddedMovedAndRemoved() {
    MemberAdded added = cluster.add(NOBODY);
    MemberId id = added.member().id();

    MemberList updated = cluster.update(id, URI.create("http://127.0.0.1:2"));
    MemberList removed = cluster.remove(id);

    assertThat(added.member().isLearner()).isFalse();
    assertThat(updated.members())
        .filteredOn(member -> member.id().equals(id))
        .singleElement()
        .satisfies(
            member ->
                assertThat(member.peerUrls()).containsExactly(URI.create("http://127.0.0.1:2")));
    assertThat(removed.members()).hasSize(3).noneMatch(member -> member.id().equals(id));
    assertThat(cluster.list().members()).containsExactlyInAnyOrderElementsOf(removed.members());
  }

  @Test
  void refusalsOfTheServerHaveTheirCodes() {
    URI taken = URI.create(etcd.member(0).peerUrl());
    MemberId learner = cluster.addLearner(NOBODY).member().id();

    assertThat(
            List.of(
                codeOf(() -> cluster.addLearner(taken)),
                codeOf(() -> cluster.addLearner(URI.create("http://127.0.0.1:2"))),
                codeOf(() -> cluster.update(learner, taken)),
                codeOf(() -> cluster.update(UNKNOWN, NOBODY)),
                codeOf(() -> cluster.promote(UNKNOWN)),
                codeOf(() -> cluster.remove(UNKNOWN))))
        .containsExactly(
            Code.PEER_URL_EXIST,
            Code.TOO_MANY_LEARNERS,
            Code.PEER_URL_EXIST,
            Code.MEMBER_NOT_FOUND,
            Code.MEMBER_NOT_FOUND,
            Code.MEMBER_NOT_FOUND);
    cluster.remove(learner);
    assertThat(codeOf(() -> cluster.remove(learner))).isEqualTo(Code.MEMBER_NOT_FOUND);
  }

  private static Code codeOf(Runnable call) {
    return catchThrowableOfType(EtcdException.class, call::run).code();
  }
}
