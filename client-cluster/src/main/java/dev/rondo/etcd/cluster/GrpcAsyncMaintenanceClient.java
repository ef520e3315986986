package dev.rondo.etcd.cluster;

import static dev.rondo.etcd.balancer.internal.Wire.header;
import static dev.rondo.etcd.balancer.internal.Wire.revision;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.TwoSteps;
import dev.rondo.etcd.wire.AlarmRequest;
import dev.rondo.etcd.wire.AlarmRequest.AlarmAction;
import dev.rondo.etcd.wire.AlarmResponse;
import dev.rondo.etcd.wire.DefragmentRequest;
import dev.rondo.etcd.wire.DefragmentResponse;
import dev.rondo.etcd.wire.HashKVRequest;
import dev.rondo.etcd.wire.HashKVResponse;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.MoveLeaderRequest;
import dev.rondo.etcd.wire.MoveLeaderResponse;
import dev.rondo.etcd.wire.StatusRequest;
import dev.rondo.etcd.wire.StatusResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** etcd's Maintenance service. */
final class GrpcAsyncMaintenanceClient implements AsyncMaintenanceClient {
  private static final Rpc<StatusRequest, StatusResponse> STATUS =
      Rpc.localRead("status", MaintenanceGrpc.getStatusMethod(), StatusResponse::getHeader);
  private static final Rpc<AlarmRequest, AlarmResponse> ALARM_LIST =
      Rpc.read("alarm list", MaintenanceGrpc.getAlarmMethod(), AlarmResponse::getHeader);
  private static final Rpc<AlarmRequest, AlarmResponse> ALARM_DISARM =
      Rpc.repeatable("alarm disarm", MaintenanceGrpc.getAlarmMethod(), AlarmResponse::getHeader);
  private static final Rpc<DefragmentRequest, DefragmentResponse> DEFRAGMENT =
      new Rpc<>(
          "defragment",
          MaintenanceGrpc.getDefragmentMethod(),
          DefragmentResponse::getHeader,
          Rpc.Kind.WRITE,
          false);
  private static final Rpc<HashKVRequest, HashKVResponse> HASH_KV =
      Rpc.localRead("hash kv", MaintenanceGrpc.getHashKVMethod(), HashKVResponse::getHeader);
  private static final Rpc<MoveLeaderRequest, MoveLeaderResponse> MOVE_LEADER =
      Rpc.write(
          "move leader", MaintenanceGrpc.getMoveLeaderMethod(), MoveLeaderResponse::getHeader);

  private static final Duration SHORTEST = Duration.ofMillis(1);

  private final Calls calls;
  private final Supplier<List<Endpoint>> endpoints;

  GrpcAsyncMaintenanceClient(Calls calls, Supplier<List<Endpoint>> endpoints) {
    this.calls = calls;
    this.endpoints = endpoints;
  }

  @Override
  public AsyncMaintenanceClient with(Consumer<CallSettings.Builder> changes) {
    return new GrpcAsyncMaintenanceClient(calls.with(calls.settings().with(changes)), endpoints);
  }

  @Override
  public CompletableFuture<MemberStatus> status(Endpoint endpoint) {
    return status(calls, endpoint);
  }

  private static CompletableFuture<MemberStatus> status(Calls calls, Endpoint endpoint) {
    return calls
        .at(endpoint)
        .call(STATUS, StatusRequest.getDefaultInstance(), GrpcAsyncMaintenanceClient::memberStatus);
  }

  private static MemberStatus memberStatus(StatusResponse answer) {
    return new MemberStatus(
        header(answer.getHeader()),
        answer.getVersion(),
        answer.getDbSize(),
        answer.getDbSizeInUse(),
        MemberId.of(answer.getLeader()),
        answer.getRaftIndex(),
        answer.getRaftTerm(),
        answer.getRaftAppliedIndex(),
        answer.getErrorsList(),
        answer.getIsLearner(),
        unlessEmpty(answer.getStorageVersion()),
        answer.getDbSizeQuota() == 0
            ? OptionalLong.empty()
            : OptionalLong.of(answer.getDbSizeQuota()),
        answer.getDowngradeInfo().getEnabled()
            ? Optional.of(answer.getDowngradeInfo().getTargetVersion())
            : Optional.empty());
  }

  /** What a server does not tell is empty on the wire. */
  private static Optional<String> unlessEmpty(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  @Override
  public CompletableFuture<AlarmList> alarms() {
    return alarms(ALARM_LIST, AlarmRequest.newBuilder().setAction(AlarmAction.GET));
  }

  @Override
  public CompletableFuture<AlarmList> disarm(Alarm alarm) {
    return alarms(
        ALARM_DISARM,
        AlarmRequest.newBuilder()
            .setAction(AlarmAction.DEACTIVATE)
            .setMemberID(alarm.member().value())
            .setAlarmValue(alarm.type().number()));
  }

  private CompletableFuture<AlarmList> alarms(
      Rpc<AlarmRequest, AlarmResponse> rpc, AlarmRequest.Builder request) {
    return calls.call(
        rpc,
        request.build(),
        answer ->
            new AlarmList(
                header(answer.getHeader()),
                answer.getAlarmsList().stream()
                    .map(
                        alarm ->
                            new Alarm(
                                MemberId.of(alarm.getMemberID()),
                                new AlarmType(alarm.getAlarmValue())))
                    .toList()));
  }

  /** The server takes "all" as an answer to no question: alarms are disarmed one by one. */
  @Override
  public CompletableFuture<AlarmList> disarmAll() {
    return TwoSteps.ifDone(
        ALARM_DISARM.operation(),
        alarms(),
        raised -> disarmAll(raised.alarms().iterator(), new AlarmList(raised.header(), List.of())));
  }

  private CompletableFuture<AlarmList> disarmAll(Iterator<Alarm> raised, AlarmList disarmed) {
    if (!raised.hasNext()) {
      return CompletableFuture.completedFuture(disarmed);
    }
    return TwoSteps.ifDone(
        ALARM_DISARM.operation(),
        disarm(raised.next()),
        answer -> {
          List<Alarm> all = new ArrayList<>(disarmed.alarms());
          all.addAll(answer.alarms());
          return disarmAll(raised, new AlarmList(answer.header(), all));
        });
  }

  @Override
  public CompletableFuture<Void> defragment(Endpoint endpoint) {
    return calls
        .at(endpoint)
        .call(DEFRAGMENT, DefragmentRequest.getDefaultInstance(), answer -> null);
  }

  @Override
  public CompletableFuture<KeyValueHash> hashKv(Endpoint endpoint, Revision revision) {
    return calls
        .at(endpoint)
        .call(
            HASH_KV,
            HashKVRequest.newBuilder().setRevision(revision.value()).build(),
            answer ->
                new KeyValueHash(
                    header(answer.getHeader()),
                    Integer.toUnsignedLong(answer.getHash()),
                    revision(answer.getCompactRevision()),
                    revision(answer.getHashRevision())));
  }

  @Override
  public CompletableFuture<Void> moveLeader(MemberId target) {
    if (target.isNone()) {
      throw new IllegalArgumentException("target must be the id of a member, was 0");
    }
    MoveLeaderRequest request = MoveLeaderRequest.newBuilder().setTargetID(target.value()).build();
    return TwoSteps.ifDone(
        MOVE_LEADER.operation(),
        findLeader(),
        leader -> calls.at(leader).call(MOVE_LEADER, request, answer -> null));
  }

  /** Leaves half of the time for what the leader is wanted for. */
  private LeaderSearch findLeader() {
    Duration half = calls.settings().timeout().dividedBy(2);
    Duration timeout = half.compareTo(SHORTEST) < 0 ? SHORTEST : half;
    Calls asking = calls.with(calls.settings().with(call -> call.timeout(timeout)));
    return LeaderSearch.among(
        endpoints.get(), endpoint -> status(asking, endpoint), MOVE_LEADER.operation());
  }

  @Override
  public CompletableFuture<Snapshot> snapshot(
      Endpoint endpoint, Path file, SnapshotProgress progress) {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(target)) {
      throw new IllegalArgumentException(
          "file must name a file in a folder that exists, was \"" + file + '"');
    }
    SnapshotDownload download = new SnapshotDownload(endpoint, target, progress);
    download.start(calls);
    return download;
  }
}
