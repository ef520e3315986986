package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.cluster.Alarm;
import dev.rondo.etcd.cluster.AlarmList;
import dev.rondo.etcd.cluster.AlarmType;
import dev.rondo.etcd.cluster.KeyValueHash;
import dev.rondo.etcd.cluster.MaintenanceClient;
import dev.rondo.etcd.cluster.MemberStatus;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.CompactionResponse;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Single members of real clusters. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#backends")
@Timeout(120)
class MaintenanceTest {
  private static final Rpc<PutRequest, PutResponse> PUT =
      Rpc.repeatable("put", KVGrpc.getPutMethod(), PutResponse::getHeader);
  private static final Rpc<CompactionRequest, CompactionResponse> COMPACT =
      Rpc.repeatable("compact", KVGrpc.getCompactMethod(), CompactionResponse::getHeader);

  @Parameter EtcdBackend backend;

  private EtcdCluster etcd;
  private Connection connection;
  private MaintenanceClient maintenance;

  private void start(int members) {
    etcd = backend.cluster().members(members).start();
    connect(etcd.endpoints());
  }

  private void startSmall() {
    etcd = backend.cluster().quota(1 << 20).start();
    connect(etcd.endpoints());
  }

  private void connect(List<String> endpoints) {
    connection = Connection.builder().endpoints(endpoints).build();
    maintenance = MaintenanceClient.over(connection);
  }

  @AfterEach
  void close() {
    connection.close();
    etcd.close();
  }

  @Test
  void everyMemberTellsItsOwnStatus() {
    start(3);

    List<MemberStatus> statuses = etcd.endpoints().stream().map(maintenance::status).toList();

    assertThat(statuses)
        .extracting(status -> status.header().memberId())
        .isEqualTo(etcd.members().stream().map(member -> MemberId.of(member.id())).toList())
        .doesNotHaveDuplicates();
    assertThat(statuses).filteredOn(MemberStatus::isLeader).hasSize(1);
    assertThat(statuses)
        .allSatisfy(
            status -> {
              assertThat(status.version()).isEqualTo(backend.version().toString());
              assertThat(status.dbSize()).isPositive();
              assertThat(status.dbSizeInUse()).isBetween(1L, status.dbSize());
              assertThat(status.raftIndex()).isPositive();
              assertThat(status.raftAppliedIndex()).isPositive();
              assertThat(status.raftTerm()).isPositive();
              assertThat(status.errors()).isEmpty();
              assertThat(status.isLearner()).isFalse();
              assertThat(status.dbSizeQuota().isPresent())
                  .isEqualTo(backend.version().isAtLeast(3, 6));
            });
  }

  @Test
  void membersAgreeOnTheHashOfARevision() {
    start(3);
    put("a", 10);
    Revision before = put("a", 10);
    Revision after = put("a", 20);

    List<KeyValueHash> hashes =
        etcd.endpoints().stream().map(url -> caughtUp(url, before)).toList();
    KeyValueHash newest = caughtUp(etcd.endpoints().get(0), after);

    assertThat(hashes).extracting(KeyValueHash::hash).doesNotContain(newest.hash());
    assertThat(hashes.stream().map(KeyValueHash::hash).distinct()).hasSize(1);
    assertThat(hashes.stream().map(hash -> hash.header().memberId()).distinct()).hasSize(3);
    assertThat(newest.hash())
        .isEqualTo(maintenance.hashKv(etcd.endpoints().get(0), Revision.NONE).hash());
  }

  @Test
  void refusesTheHashOfARevisionThatIsNotThere() {
    start(1);
    String endpoint = etcd.endpoints().get(0);
    put("a", 10);
    Revision last = put("a", 10);
    compact(last);

    Code gone = codeOf(() -> maintenance.hashKv(endpoint, Revision.of(last.value() - 1)));
    Code yetToCome = codeOf(() -> maintenance.hashKv(endpoint, Revision.of(last.value() + 9)));

    assertThat(gone).isEqualTo(Code.COMPACTED);
    assertThat(yetToCome).isEqualTo(Code.FUTURE_REVISION);
    assertThat(maintenance.hashKv(endpoint, Revision.NONE).compactRevision()).isEqualTo(last);
  }

  private KeyValueHash caughtUp(String endpoint, Revision revision) {
    return await()
        .ignoreExceptions()
        .until(() -> maintenance.hashKv(endpoint, revision), hash -> true);
  }

  @Test
  void theLeadershipMovesToTheMemberNamed() {
    start(3);
    MemberId target = MemberId.of(etcd.followers().get(0).id());

    maintenance.moveLeader(target);
    MemberStatus status = maintenance.status(etcd.awaitLeader().endpoint());
    maintenance.moveLeader(target); // leads already
    Code toNobody = codeOf(() -> maintenance.moveLeader(MemberId.of(0x1234)));

    assertThat(status.header().memberId()).isEqualTo(target);
    assertThat(toNobody).isEqualTo(Code.BAD_LEADER_TRANSFEREE);
  }

  @Test
  void saysWhichMemberLeadsWhenTheConnectionDoesNotReachIt() {
    start(3);
    connection.close();
    EtcdMember follower = etcd.followers().get(0);
    connect(List.of(follower.endpoint()));

    var thrown =
        catchThrowableOfType(
            EtcdException.class, () -> maintenance.moveLeader(MemberId.of(follower.id())));

    assertThat(thrown.code()).isEqualTo(Code.NOT_LEADER);
    assertThat(thrown).hasMessageContaining("member " + MemberId.of(etcd.leader().id()) + " leads");
  }

  @Test
  void defragmentationGivesSpaceBack() {
    start(1);
    String endpoint = etcd.endpoints().get(0);
    Revision last = Revision.NONE;
    for (int i = 0; i < 20; i++) {
      last = put("a", 200_000);
    }
    compact(last);
    MemberStatus before = maintenance.status(endpoint);

    maintenance.defragment(endpoint);

    assertThat(maintenance.status(endpoint).dbSize()).isLessThan(before.dbSize() / 2);
  }

  @Test
  void anAlarmIsRaisedListedAndDisarmed() {
    startSmall();
    MemberId member = MemberId.of(etcd.member(0).id());
    String endpoint = etcd.endpoints().get(0);
    AlarmList none = maintenance.alarms();
    fill();

    AlarmList raised = maintenance.alarms();
    List<String> errors = maintenance.status(endpoint).errors();
    AlarmList disarmed = maintenance.disarm(raised.alarms().get(0));
    AlarmList again = maintenance.disarm(raised.alarms().get(0));

    Alarm alarm = new Alarm(member, AlarmType.NOSPACE);
    assertThat(none.alarms()).isEmpty();
    assertThat(raised.alarms()).containsExactly(alarm);
    assertThat(errors).singleElement().asString().contains("NOSPACE");
    assertThat(disarmed.alarms()).containsExactly(alarm);
    assertThat(again.alarms()).isEmpty();
    assertThat(maintenance.alarms().alarms()).isEmpty();
  }

  /** Writes until there is no space, and waits for the alarm, which some servers raise later. */
  private void fill() {
    await().until(() -> catchThrowableOfType(EtcdException.class, () -> put("a", 100_000)) != null);
    await().until(() -> !maintenance.alarms().alarms().isEmpty());
    assertThat(codeOf(() -> put("a", 1))).isEqualTo(Code.NO_SPACE);
  }

  @Test
  void allAlarmsAreDisarmed() {
    startSmall();
    fill();

    AlarmList disarmed = maintenance.disarmAll();

    assertThat(disarmed.alarms()).hasSize(1);
    assertThat(maintenance.alarms().alarms()).isEmpty();
    assertThat(maintenance.disarmAll().alarms()).isEmpty();
  }

  @Test
  void aMemberWithoutALeaderLooksAfterItself() {
    start(3);
    put("a", 10);
    etcd.followers().forEach(EtcdMember::kill);
    EtcdMember alone =
        etcd.members().stream().filter(EtcdMember::isRunning).findAny().orElseThrow();
    await().atMost(Duration.ofSeconds(30)).until(() -> alone.status().getLeader() == 0);

    MemberStatus status = maintenance.status(alone.endpoint());
    KeyValueHash hash = maintenance.hashKv(alone.endpoint(), Revision.NONE);
    maintenance.defragment(alone.endpoint());
    Code moving = codeOf(() -> maintenance.moveLeader(status.header().memberId()));

    assertThat(status.leader()).isEqualTo(MemberId.NONE);
    assertThat(status.errors()).isNotEmpty();
    assertThat(hash.header().memberId()).isEqualTo(MemberId.of(alone.id()));
    assertThat(moving).isEqualTo(Code.NO_LEADER);
  }

  private Revision put(String key, int size) {
    PutRequest request =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFrom(new byte[size]))
            .build();
    return Blocking.await(
        Calls.over(connection)
            .call(PUT, request, answer -> Revision.of(answer.getHeader().getRevision())));
  }

  private void compact(Revision revision) {
    CompactionRequest request =
        CompactionRequest.newBuilder().setRevision(revision.value()).setPhysical(true).build();
    Calls.over(connection).call(COMPACT, request, CompactionResponse::getHeader).join();
  }

  private static Code codeOf(Runnable call) {
    return catchThrowableOfType(EtcdException.class, call::run).code();
  }
}
