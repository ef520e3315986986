package dev.rondo.etcd.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.ResponseHeader;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.wire.ClusterGrpc;
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
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ClusterClientTest {
  private static final URI PEER_URL = URI.create("http://10.0.0.4:2380");
  private static final MemberId ID = MemberId.of(0xfedcba9876543210L);
  private static final dev.rondo.etcd.wire.ResponseHeader WIRE_HEADER =
      dev.rondo.etcd.wire.ResponseHeader.newBuilder()
          .setClusterId(7)
          .setMemberId(8)
          .setRaftTerm(9)
          .build();
  private static final ResponseHeader HEADER =
      new ResponseHeader(7, MemberId.of(8), Revision.NONE, 9);
  private static final dev.rondo.etcd.wire.Member STARTED =
      dev.rondo.etcd.wire.Member.newBuilder()
          .setID(1)
          .setName("m0")
          .addPeerURLs("http://10.0.0.1:2380")
          .addClientURLs("http://10.0.0.1:2379")
          .build();
  private static final dev.rondo.etcd.wire.Member ADDED =
      dev.rondo.etcd.wire.Member.newBuilder()
          .setID(ID.value())
          .addPeerURLs(PEER_URL.toString())
          .setIsLearner(true)
          .build();

  private final FakeCalls calls = new FakeCalls();
  private final ClusterClient cluster = new GrpcClusterClient(calls);

  @Test
  void listsMembersByTheWordOfTheQuorum() {
    calls.reply(
        ClusterGrpc.getMemberListMethod(),
        MemberListResponse.newBuilder()
            .setHeader(WIRE_HEADER)
            .addMembers(STARTED)
            .addMembers(ADDED)
            .build());

    MemberList list = cluster.list();

    assertThat(list.header()).isEqualTo(HEADER);
    assertThat(list.members())
        .containsExactly(
            new Member(
                MemberId.of(1),
                "m0",
                List.of(URI.create("http://10.0.0.1:2380")),
                List.of("http://10.0.0.1:2379"),
                false),
            new Member(ID, "", List.of(PEER_URL), List.of(), true));
    assertThat(list.members()).extracting(Member::isStarted).containsExactly(true, false);
    assertThat(calls.last().request(MemberListRequest.class).getLinearizable()).isTrue();
    assertThat(calls.last().rpc().kind()).isEqualTo(Rpc.Kind.READ);
    assertThat(calls.last().rpc().requiresLeader()).isTrue();
  }

  @Test
  void listsMembersLocallyWithoutALeader() {
    calls.reply(ClusterGrpc.getMemberListMethod(), MemberListResponse.getDefaultInstance());

    cluster.listLocally();

    assertThat(calls.last().request(MemberListRequest.class).getLinearizable()).isFalse();
    assertThat(calls.last().rpc().kind()).isEqualTo(Rpc.Kind.READ);
    assertThat(calls.last().rpc().requiresLeader()).isFalse();
    assertThat(calls.last().rpc().isServedByLearners()).isFalse();
  }

  @Test
  void addsAVotingMember() {
    replyToAdd();

    MemberAdded added = cluster.add(PEER_URL, URI.create("https://etcd-4:2380"));

    assertThat(added.header()).isEqualTo(HEADER);
    assertThat(added.member().id()).isEqualTo(ID);
    assertThat(added.members()).hasSize(2);
    MemberAddRequest request = calls.last().request(MemberAddRequest.class);
    assertThat(request.getPeerURLsList())
        .containsExactly("http://10.0.0.4:2380", "https://etcd-4:2380");
    assertThat(request.getIsLearner()).isFalse();
    assertIsWrite();
  }

  @Test
  void addsALearner() {
    replyToAdd();

    cluster.addLearner(PEER_URL);

    assertThat(calls.last().request(MemberAddRequest.class).getIsLearner()).isTrue();
    assertIsWrite();
  }

  private void replyToAdd() {
    calls.reply(
        ClusterGrpc.getMemberAddMethod(),
        MemberAddResponse.newBuilder()
            .setHeader(WIRE_HEADER)
            .setMember(ADDED)
            .addMembers(STARTED)
            .addMembers(ADDED)
            .build());
  }

  @Test
  void promotesALearner() {
    calls.reply(
        ClusterGrpc.getMemberPromoteMethod(),
        MemberPromoteResponse.newBuilder().setHeader(WIRE_HEADER).addMembers(STARTED).build());

    MemberList members = cluster.promote(ID);

    assertThat(members.members()).hasSize(1);
    assertThat(calls.last().request(MemberPromoteRequest.class).getID()).isEqualTo(ID.value());
    assertIsWrite();
  }

  @Test
  void updatesPeerUrls() {
    calls.reply(
        ClusterGrpc.getMemberUpdateMethod(),
        MemberUpdateResponse.newBuilder().setHeader(WIRE_HEADER).addMembers(STARTED).build());

    MemberList members = cluster.update(ID, PEER_URL);

    assertThat(members.members()).hasSize(1);
    MemberUpdateRequest request = calls.last().request(MemberUpdateRequest.class);
    assertThat(request.getID()).isEqualTo(ID.value());
    assertThat(request.getPeerURLsList()).containsExactly("http://10.0.0.4:2380");
    assertIsWrite();
  }

  @Test
  void removesAMember() {
    calls.reply(
        ClusterGrpc.getMemberRemoveMethod(),
        MemberRemoveResponse.newBuilder().setHeader(WIRE_HEADER).addMembers(STARTED).build());

    MemberList members = cluster.remove(ID);

    assertThat(members.members()).hasSize(1);
    assertThat(calls.last().request(MemberRemoveRequest.class).getID()).isEqualTo(ID.value());
    assertIsWrite();
  }

  private void assertIsWrite() {
    assertThat(calls.last().rpc().kind()).isEqualTo(Rpc.Kind.WRITE);
    assertThat(calls.last().rpc().requiresLeader()).isTrue();
  }

  @Test
  void refusesToSendWhatNamesNoMember() {
    for (Runnable call :
        List.<Runnable>of(
            () -> cluster.promote(MemberId.NONE),
            () -> cluster.update(MemberId.NONE, PEER_URL),
            () -> cluster.remove(MemberId.NONE))) {
      assertThatIllegalArgumentException()
          .isThrownBy(call::run)
          .withMessage("member must be the id of a member, was 0");
    }
    assertThat(calls.made()).isEmpty();
  }

  @Test
  void refusesToSendPeerUrlsOfAnotherForm() {
    assertThatIllegalArgumentException().isThrownBy(() -> cluster.add(URI.create("http://a")));
    assertThatIllegalArgumentException().isThrownBy(cluster::addLearner);
    assertThatIllegalArgumentException().isThrownBy(() -> cluster.async().update(ID));
    assertThat(calls.made()).isEmpty();
  }

  @Test
  void makesCallsWithTheSettingsOfTheClient() {
    calls.reply(ClusterGrpc.getMemberListMethod(), MemberListResponse.getDefaultInstance());

    cluster.with(call -> call.timeout(Duration.ofSeconds(3))).async().list().join();
    cluster.list();

    assertThat(calls.made())
        .extracting(made -> made.settings().timeout())
        .containsExactly(Duration.ofSeconds(3), CallSettings.DEFAULT.timeout());
  }

  @Test
  void cancelsTheCallWhenItsFutureIsCancelled() {
    var answer = new CompletableFuture<MemberListResponse>();
    calls.on(ClusterGrpc.getMemberListMethod(), (endpoint, request) -> answer);

    cluster.async().list().cancel(true);

    assertThat(answer).isCancelled();
  }
}
