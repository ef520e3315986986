package dev.rondo.etcd.companion.engine;

import static dev.rondo.etcd.companion.engine.LoneMember.ID;
import static dev.rondo.etcd.companion.engine.LoneMember.assertRefused;
import static dev.rondo.etcd.companion.engine.LoneMember.deleteOf;
import static dev.rondo.etcd.companion.engine.LoneMember.done;
import static dev.rondo.etcd.companion.engine.LoneMember.putOf;
import static dev.rondo.etcd.companion.engine.LoneMember.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.AlarmRequest;
import dev.rondo.etcd.wire.AlarmRequest.AlarmAction;
import dev.rondo.etcd.wire.AlarmResponse;
import dev.rondo.etcd.wire.AlarmType;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.HashKVRequest;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.LeaseRevokeRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MaintenanceTest {
  private final LoneMember member = new LoneMember();
  private final Engine engine = member.engine;

  @AfterEach
  void close() {
    member.close();
  }

  private AlarmResponse alarm(AlarmAction action, AlarmType type) {
    var request = AlarmRequest.newBuilder().setAction(action).setAlarm(type).setMemberID(7);
    return done(engine.alarm(request.build()));
  }

  private static TxnRequest.Builder failing(RequestOp.Builder op) {
    return TxnRequest.newBuilder().addFailure(op);
  }

  @Test
  void statusTellsWhereThisMemberStands() {
    member.put("a", "1");

    var status = done(engine.status());

    assertThat(status.getHeader().getRevision()).isEqualTo(2);
    assertThat(status.getVersion()).startsWith("3.5.");
    assertThat(status.getLeader()).isEqualTo(ID);
    assertThat(status.getRaftTerm()).isEqualTo(2);
    assertThat(status.getRaftIndex()).isEqualTo(2);
    assertThat(status.getRaftAppliedIndex()).isEqualTo(2);
    assertThat(status.getDbSize()).isPositive();
    assertThat(status.getDbSizeInUse()).isPositive();
    assertThat(status.getIsLearner()).isFalse();
    assertThat(status.getErrorsList()).isEmpty();
  }

  @Test
  void statusTellsWhatIsWrong() {
    alarm(AlarmAction.ACTIVATE, AlarmType.NOSPACE);
    member.consensus.loseLeader();

    assertThat(done(engine.status()).getErrorsList())
        .containsExactly("etcdserver: no leader", "memberID:7 alarm:NOSPACE ");
  }

  @Test
  void alarmsAreRaisedListedAndEnded() {
    assertThat(alarm(AlarmAction.ACTIVATE, AlarmType.NOSPACE).getAlarmsCount()).isOne();
    var listed = alarm(AlarmAction.GET, AlarmType.NONE);
    assertThat(listed.getAlarms(0).getMemberID()).isEqualTo(7);
    assertThat(listed.getHeader().getMemberId()).isEqualTo(ID);

    assertThat(alarm(AlarmAction.DEACTIVATE, AlarmType.NOSPACE).getAlarmsCount()).isOne();
    assertThat(alarm(AlarmAction.GET, AlarmType.NONE).getAlarmsCount()).isZero();
  }

  @Test
  void withoutSpaceNothingGrows() {
    member.put("a", "1");
    alarm(AlarmAction.ACTIVATE, AlarmType.NOSPACE);
    var put = RequestOp.newBuilder().setRequestPut(putOf("b", "1"));
    var nested = RequestOp.newBuilder().setRequestTxn(TxnRequest.newBuilder().addSuccess(put));
    var delete = RequestOp.newBuilder().setRequestDeleteRange(deleteOf("z"));

    assertRefused(engine.put(putOf("b", "1").build()), EtcdError.NO_SPACE);
    assertRefused(engine.txn(failing(put).build()), EtcdError.NO_SPACE);
    assertRefused(engine.txn(failing(nested).build()), EtcdError.NO_SPACE);
    assertRefused(
        engine.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(9).build()), EtcdError.NO_SPACE);
    assertThat(engine.txn(failing(delete).build())).isCompleted();
    assertThat(done(engine.deleteRange(deleteOf("a").build())).getDeleted()).isOne();

    alarm(AlarmAction.DEACTIVATE, AlarmType.NOSPACE);
    assertThat(engine.put(putOf("b", "1").build())).isCompleted();
  }

  @Test
  void whenCorruptNothingChangesButReadsGoOn() {
    member.grant(7, 10);
    alarm(AlarmAction.ACTIVATE, AlarmType.CORRUPT);
    var delete = RequestOp.newBuilder().setRequestDeleteRange(deleteOf("z"));

    assertRefused(engine.put(putOf("b", "1").build()), EtcdError.CORRUPT);
    assertRefused(engine.deleteRange(deleteOf("b").build()), EtcdError.CORRUPT);
    assertRefused(engine.txn(failing(delete).build()), EtcdError.CORRUPT);
    assertRefused(
        engine.compact(CompactionRequest.newBuilder().setRevision(1).build()), EtcdError.CORRUPT);
    assertRefused(
        engine.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build()), EtcdError.CORRUPT);
    assertThat(engine.range(rangeOf("a").build())).isCompleted();
  }

  @Test
  void hashesTellUpToWhereTheyGo() {
    member.put("a", "1");
    member.put("a", "2");

    var newest = done(engine.hashKv(HashKVRequest.getDefaultInstance()));
    var older = done(engine.hashKv(HashKVRequest.newBuilder().setRevision(2).build()));

    assertThat(newest.getHash()).isEqualTo(member.store.hash(3).hash());
    assertThat(older.getHash()).isEqualTo(member.store.hash(2).hash());
    assertThat(older.getHeader().getRevision()).isEqualTo(3);
    assertThat(newest.getCompactRevision()).isEqualTo(-1);
    assertThat(done(engine.hash()).getHeader().getRevision()).isEqualTo(3);
    assertRefused(
        engine.hashKv(HashKVRequest.newBuilder().setRevision(4).build()),
        EtcdError.FUTURE_REVISION);
  }

  @Test
  void aPhysicalCompactionIsAnsweredWhenNothingOfThePastIsLeft() {
    for (int i = 0; i < 100; i++) {
      member.put("a", "1");
    }
    long before = done(engine.status()).getDbSizeInUse();

    var compact = CompactionRequest.newBuilder().setRevision(101).setPhysical(true).build();
    var compacted = done(engine.compact(compact));
    done(engine.defragment());

    assertThat(compacted.getHeader().getRevision()).isEqualTo(101);
    assertThat(done(engine.status()).getDbSizeInUse()).isLessThan(before / 2);
    assertThat(done(engine.status()).getDbSize()).isEqualTo(done(engine.status()).getDbSizeInUse());
  }
}
