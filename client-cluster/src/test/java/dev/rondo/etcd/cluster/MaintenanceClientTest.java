package dev.rondo.etcd.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.wire.AlarmMember;
import dev.rondo.etcd.wire.AlarmRequest;
import dev.rondo.etcd.wire.AlarmRequest.AlarmAction;
import dev.rondo.etcd.wire.AlarmResponse;
import dev.rondo.etcd.wire.DefragmentResponse;
import dev.rondo.etcd.wire.DowngradeInfo;
import dev.rondo.etcd.wire.HashKVRequest;
import dev.rondo.etcd.wire.HashKVResponse;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.MoveLeaderRequest;
import dev.rondo.etcd.wire.MoveLeaderResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.StatusResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MaintenanceClientTest {
  private static final Endpoint FIRST = Endpoint.parse("http://10.0.0.1:2379");
  private static final Endpoint SECOND = Endpoint.parse("http://10.0.0.2:2379");
  private static final Endpoint THIRD = Endpoint.parse("http://10.0.0.3:2379");
  private static final MemberId TARGET = MemberId.of(1);

  private final FakeCalls calls = new FakeCalls(FIRST, SECOND, THIRD);
  private final MaintenanceClient maintenance = new GrpcMaintenanceClient(calls, calls::endpoints);

  @Test
  void readsTheStatusOfTheMemberNamed() {
    calls.reply(
        MaintenanceGrpc.getStatusMethod(),
        StatusResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setMemberId(2).setRevision(11))
            .setVersion("3.6.0")
            .setDbSize(100)
            .setDbSizeInUse(40)
            .setLeader(2)
            .setRaftIndex(12)
            .setRaftTerm(13)
            .setRaftAppliedIndex(14)
            .addErrors("memberID:2 alarm:NOSPACE ")
            .setIsLearner(true)
            .setStorageVersion("3.6.0")
            .setDbSizeQuota(200)
            .setDowngradeInfo(DowngradeInfo.newBuilder().setEnabled(true).setTargetVersion("3.5.0"))
            .build());

    MemberStatus status = maintenance.status("http://10.0.0.2:2379");

    assertThat(status.header().memberId()).isEqualTo(MemberId.of(2));
    assertThat(status.header().revision()).isEqualTo(Revision.of(11));
    assertThat(status.version()).isEqualTo("3.6.0");
    assertThat(status.dbSize()).isEqualTo(100);
    assertThat(status.dbSizeInUse()).isEqualTo(40);
    assertThat(status.leader()).isEqualTo(MemberId.of(2));
    assertThat(status.isLeader()).isTrue();
    assertThat(status.raftIndex()).isEqualTo(12);
    assertThat(status.raftTerm()).isEqualTo(13);
    assertThat(status.raftAppliedIndex()).isEqualTo(14);
    assertThat(status.errors()).containsExactly("memberID:2 alarm:NOSPACE ");
    assertThat(status.isLearner()).isTrue();
    assertThat(status.storageVersion()).contains("3.6.0");
    assertThat(status.dbSizeQuota()).hasValue(200);
    assertThat(status.downgradeTarget()).contains("3.5.0");
    assertThat(calls.last().endpoint()).contains(SECOND);
    assertThat(calls.last().rpc().kind()).isEqualTo(Rpc.Kind.READ);
    assertThat(calls.last().rpc().requiresLeader()).isFalse();
  }

  @Test
  void leavesEmptyWhatAnOldServerDoesNotTell() {
    calls.reply(MaintenanceGrpc.getStatusMethod(), StatusResponse.getDefaultInstance());

    MemberStatus status = maintenance.status(FIRST);

    assertThat(status.leader()).isEqualTo(MemberId.NONE);
    assertThat(status.isLeader()).isFalse();
    assertThat(status.storageVersion()).isEqualTo(Optional.empty());
    assertThat(status.dbSizeQuota()).isEqualTo(OptionalLong.empty());
    assertThat(status.downgradeTarget()).isEqualTo(Optional.empty());
  }

  @Test
  void refusesAnEndpointThatTheConnectionDoesNotHave() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> maintenance.async().status("http://10.0.0.9:2379"));
  }

  @Test
  void listsAlarmsOfTypesItDoesNotKnow() {
    calls.reply(MaintenanceGrpc.getAlarmMethod(), alarms(1, 2, 99));

    AlarmList raised = maintenance.alarms();

    assertThat(raised.alarms())
        .containsExactly(
            new Alarm(MemberId.of(10), AlarmType.NOSPACE),
            new Alarm(MemberId.of(11), AlarmType.CORRUPT),
            new Alarm(MemberId.of(12), new AlarmType(99)));
    assertThat(raised.alarms())
        .extracting(alarm -> alarm.type().toString())
        .containsExactly("NOSPACE", "CORRUPT", "99");
    AlarmRequest request = calls.last().request(AlarmRequest.class);
    assertThat(request).isEqualTo(AlarmRequest.getDefaultInstance());
    assertThat(calls.last().rpc().kind()).isEqualTo(Rpc.Kind.READ);
    assertThat(calls.last().rpc().requiresLeader()).isTrue();
  }

  @Test
  void disarmsAnAlarmOfATypeItDoesNotKnow() {
    calls.reply(MaintenanceGrpc.getAlarmMethod(), AlarmResponse.getDefaultInstance());

    AlarmList disarmed = maintenance.disarm(new Alarm(MemberId.of(12), new AlarmType(99)));

    assertThat(disarmed.alarms()).isEmpty();
    AlarmRequest request = calls.last().request(AlarmRequest.class);
    assertThat(request.getAction()).isEqualTo(AlarmAction.DEACTIVATE);
    assertThat(request.getMemberID()).isEqualTo(12);
    assertThat(request.getAlarmValue()).isEqualTo(99);
    assertThat(calls.last().rpc().kind()).isEqualTo(Rpc.Kind.REPEATABLE);
  }

  @Test
  void disarmsAllAlarmsOneByOne() {
    calls.on(
        MaintenanceGrpc.getAlarmMethod(),
        (endpoint, request) ->
            CompletableFuture.completedFuture(
                request.getAction() == AlarmAction.GET
                    ? alarms(1, 2)
                    : AlarmResponse.newBuilder()
                        .addAlarms(
                            AlarmMember.newBuilder()
                                .setMemberID(request.getMemberID())
                                .setAlarm(request.getAlarm()))
                        .build()));

    AlarmList disarmed = maintenance.disarmAll();

    assertThat(disarmed.alarms())
        .containsExactly(
            new Alarm(MemberId.of(10), AlarmType.NOSPACE),
            new Alarm(MemberId.of(11), AlarmType.CORRUPT));
    assertThat(calls.made()).hasSize(3);
  }

  private static AlarmResponse alarms(int... types) {
    AlarmResponse.Builder alarms = AlarmResponse.newBuilder();
    for (int i = 0; i < types.length; i++) {
      alarms.addAlarms(AlarmMember.newBuilder().setMemberID(10 + i).setAlarmValue(types[i]));
    }
    return alarms.build();
  }

  @Test
  void cancelsTheDisarmThatIsOnItsWay() {
    var disarming = new CompletableFuture<AlarmResponse>();
    calls.on(
        MaintenanceGrpc.getAlarmMethod(),
        (endpoint, request) ->
            request.getAction() == AlarmAction.GET
                ? CompletableFuture.completedFuture(alarms(1, 2))
                : disarming);

    maintenance.async().disarmAll().cancel(true);

    assertThat(disarming).isCancelled();
    assertThat(calls.made()).hasSize(2);
  }

  @Test
  void disarmsNothingWhenTheListFails() {
    EtcdException failure = failure(Code.NO_LEADER);
    calls.on(
        MaintenanceGrpc.getAlarmMethod(),
        (endpoint, request) -> CompletableFuture.failedFuture(failure));

    var thrown = catchThrowableOfType(EtcdException.class, maintenance::disarmAll);

    assertThat(thrown).isSameAs(failure);
    assertThat(calls.made()).hasSize(1);
  }

  @Test
  void defragmentsTheMemberNamed() {
    calls.reply(MaintenanceGrpc.getDefragmentMethod(), DefragmentResponse.getDefaultInstance());

    maintenance.defragment("http://10.0.0.3:2379");

    assertThat(calls.last().endpoint()).contains(THIRD);
    assertThat(calls.last().rpc().kind()).isEqualTo(Rpc.Kind.WRITE);
    assertThat(calls.last().rpc().requiresLeader()).isFalse();
  }

  @Test
  void hashesTheMemberNamedUpToARevision() {
    calls.reply(
        MaintenanceGrpc.getHashKVMethod(),
        HashKVResponse.newBuilder()
            .setHash(0xffffffff)
            .setCompactRevision(4)
            .setHashRevision(5)
            .build());

    KeyValueHash hash = maintenance.hashKv("http://10.0.0.2:2379", Revision.of(5));

    assertThat(hash.hash()).isEqualTo(0xffffffffL);
    assertThat(hash.compactRevision()).isEqualTo(Revision.of(4));
    assertThat(hash.hashRevision()).isEqualTo(Revision.of(5));
    assertThat(calls.last().request(HashKVRequest.class).getRevision()).isEqualTo(5);
    assertThat(calls.last().endpoint()).contains(SECOND);
    assertThat(calls.last().rpc().kind()).isEqualTo(Rpc.Kind.READ);
    assertThat(calls.last().rpc().requiresLeader()).isFalse();
  }

  @Test
  void readsThatAMemberWasNeverCompacted() {
    calls.reply(
        MaintenanceGrpc.getHashKVMethod(),
        HashKVResponse.newBuilder().setCompactRevision(-1).build());

    KeyValueHash hash = maintenance.hashKv(FIRST, Revision.NONE);

    assertThat(hash.compactRevision()).isEqualTo(Revision.NONE);
    assertThat(hash.hashRevision()).isEqualTo(Revision.NONE);
  }

  @Test
  void asksTheLeaderToHandOver() {
    answerStatus(Map.of(FIRST, status(1, 3), SECOND, status(2, 3), THIRD, status(3, 3)));
    calls.reply(MaintenanceGrpc.getMoveLeaderMethod(), MoveLeaderResponse.getDefaultInstance());

    maintenance.moveLeader(TARGET);

    assertThat(calls.made()).hasSize(4);
    assertThat(calls.last().endpoint()).contains(THIRD);
    assertThat(calls.last().request(MoveLeaderRequest.class).getTargetID()).isEqualTo(1);
    assertThat(calls.last().rpc().kind()).isEqualTo(Rpc.Kind.WRITE);
    assertThat(calls.last().settings().timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(calls.made().get(0).settings().timeout()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void doesNotWaitForOtherEndpointsOnceTheLeaderIsFound() {
    var silent = new CompletableFuture<StatusResponse>();
    answerStatus(
        Map.of(
            FIRST,
            silent,
            SECOND,
            status(2, 2),
            THIRD,
            CompletableFuture.failedFuture(failure(Code.UNAVAILABLE))));
    calls.reply(MaintenanceGrpc.getMoveLeaderMethod(), MoveLeaderResponse.getDefaultInstance());

    maintenance.moveLeader(TARGET);

    assertThat(calls.last().endpoint()).contains(SECOND);
    assertThat(silent).isCancelled();
  }

  @Test
  void saysThatTheLeaderIsBehindNoneOfTheEndpoints() {
    EtcdException unreachable = failure(Code.UNAVAILABLE);
    answerStatus(
        Map.of(
            FIRST,
            status(1, 0xabc),
            SECOND,
            status(2, 0),
            THIRD,
            CompletableFuture.failedFuture(unreachable)));

    var thrown = catchThrowableOfType(EtcdException.class, () -> maintenance.moveLeader(TARGET));

    assertThat(thrown.code()).isEqualTo(Code.NOT_LEADER);
    assertThat(thrown.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(thrown)
        .hasMessage(
            "move leader: member abc leads, which is behind none of the endpoints that answered"
                + " [no endpoint, attempts 0]")
        .hasSuppressedException(unreachable);
  }

  @Test
  void saysThatThereIsNoLeader() {
    answerStatus(Map.of(FIRST, status(1, 0), SECOND, status(2, 0), THIRD, status(3, 0)));

    var thrown = catchThrowableOfType(EtcdException.class, () -> maintenance.moveLeader(TARGET));

    assertThat(thrown.code()).isEqualTo(Code.NO_LEADER);
  }

  @Test
  void saysThatNoEndpointTellsWhoLeads() {
    CompletableFuture<StatusResponse> failed =
        CompletableFuture.failedFuture(failure(Code.UNAVAILABLE));
    answerStatus(Map.of(FIRST, failed, SECOND, failed, THIRD, failed));

    var thrown = catchThrowableOfType(EtcdException.class, () -> maintenance.moveLeader(TARGET));

    assertThat(thrown.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(thrown.getSuppressed()).hasSize(3);
  }

  @Test
  void cancelsTheSearchForTheLeader() {
    var first = new CompletableFuture<StatusResponse>();
    var second = new CompletableFuture<StatusResponse>();
    answerStatus(Map.of(FIRST, first, SECOND, second, THIRD, status(3, 1)));

    maintenance.async().moveLeader(TARGET).cancel(true);

    assertThat(first).isCancelled();
    assertThat(second).isCancelled();
    assertThat(calls.made()).hasSize(3);
  }

  @Test
  void cancelsTheSearchWhenItsCallerIsInterrupted() {
    var silent = new CompletableFuture<StatusResponse>();
    answerStatus(Map.of(FIRST, silent, SECOND, silent, THIRD, silent));
    Thread.currentThread().interrupt();

    var thrown = catchThrowableOfType(EtcdException.class, () -> maintenance.moveLeader(TARGET));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(thrown.code()).isEqualTo(Code.CANCELLED);
    assertThat(thrown.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(silent).isCancelled();
  }

  @Test
  void refusesToMoveTheLeaderToNobody() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> maintenance.async().moveLeader(MemberId.NONE))
        .withMessage("target must be the id of a member, was 0");
  }

  private void answerStatus(Map<Endpoint, CompletableFuture<StatusResponse>> answers) {
    calls.on(
        MaintenanceGrpc.getStatusMethod(),
        (endpoint, request) -> answers.get(endpoint.orElseThrow()));
  }

  private static CompletableFuture<StatusResponse> status(long member, long leader) {
    return CompletableFuture.completedFuture(
        StatusResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setMemberId(member))
            .setLeader(leader)
            .build());
  }

  private static EtcdException failure(Code code) {
    return new EtcdException(
        code,
        WriteOutcome.NOT_APPLIED,
        new EtcdException.Call("status", null, 1),
        "no route",
        null);
  }
}
