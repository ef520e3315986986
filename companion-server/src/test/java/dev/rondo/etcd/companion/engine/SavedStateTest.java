package dev.rondo.etcd.companion.engine;

import static dev.rondo.etcd.companion.engine.LoneMember.ID;
import static dev.rondo.etcd.companion.engine.LoneMember.bytes;
import static dev.rondo.etcd.companion.engine.LoneMember.done;
import static dev.rondo.etcd.companion.engine.LoneMember.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.wire.AlarmRequest;
import dev.rondo.etcd.wire.AlarmRequest.AlarmAction;
import dev.rondo.etcd.wire.AlarmType;
import dev.rondo.etcd.wire.LeaseTimeToLiveRequest;
import dev.rondo.etcd.wire.MemberListRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SavedStateTest {
  private final LoneMember member = new LoneMember();
  private final LoneMember other = new LoneMember(List.of(LoneMember.member(9)));

  @AfterEach
  void close() {
    member.close();
    other.close();
  }

  private static byte[] written(LoneMember member) throws IOException {
    try (var saver = member.machine.prepare()) {
      var out = new ByteArrayOutputStream();
      saver.write(out);
      return out.toByteArray();
    }
  }

  @Test
  void whatIsLoadedIsWhatWasSaved() throws IOException {
    member.grant(7, 10);
    member.put("a", "1", 7);
    member.put("b", "2");
    var alarm =
        AlarmRequest.newBuilder().setAction(AlarmAction.ACTIVATE).setAlarm(AlarmType.NOSPACE);
    done(member.engine.alarm(alarm.build()));

    other.machine.load(50, 4, new ByteArrayInputStream(written(member)));
    other.consensus.lead(5);

    var range = done(other.engine.range(rangeOf("a").setSerializable(true).build()));
    assertThat(range.getKvs(0)).isEqualTo(member.get(rangeOf("a")).getKvs(0));
    assertThat(range.getHeader().getRevision()).isEqualTo(3);
    assertThat(other.store.hash(0)).isEqualTo(member.store.hash(0));
    var members = done(other.engine.memberList(MemberListRequest.getDefaultInstance()));
    assertThat(members.getMembersList()).extracting(m -> m.getID()).containsExactly(ID);
    assertThat(done(other.engine.status()).getErrorsList()).hasSize(1);
    assertThat(done(other.engine.status()).getRaftAppliedIndex()).isGreaterThanOrEqualTo(1);
  }

  @Test
  void keysHangOnTheirLeasesAgain() throws IOException {
    member.grant(7, 10);
    member.put("b", "1", 7);
    member.put("a", "1", 7);
    member.put("c", "1");

    other.machine.load(50, 4, new ByteArrayInputStream(written(member)));
    other.consensus.lead(5);

    var request = LeaseTimeToLiveRequest.newBuilder().setID(7).setKeys(true).build();
    assertThat(done(other.engine.leaseTimeToLive(request)).getKeysList())
        .containsExactly(bytes("a"), bytes("b"));
  }

  @Test
  void readsThatWaitForWhatASnapshotBringsAreAnswered() throws IOException {
    other.consensus.follow(LoneMember.OTHER, 4);
    other.consensus.unapplied = 50;
    var read = other.engine.range(rangeOf("a").build());
    assertThat(read).isNotDone();
    member.put("a", "1");

    other.machine.load(60, 4, new ByteArrayInputStream(written(member)));

    assertThat(done(read).getCount()).isOne();
  }

  @Test
  void listenersAreToldWhenAllIsLoaded() throws IOException {
    var revisions = new ArrayList<Long>();
    other.store.onLoad(() -> revisions.add(other.store.revision()));
    member.put("a", "1");

    other.machine.load(60, 4, new ByteArrayInputStream(written(member)));

    assertThat(revisions).containsExactly(2L);
  }

  @Test
  void aSavedStateDoesNotChangeWhileItWaitsToBeWritten() throws IOException {
    member.put("a", "1");
    try (var saver = member.machine.prepare()) {
      member.put("a", "2");
      var out = new ByteArrayOutputStream();
      saver.write(out);
      other.machine.load(50, 4, new ByteArrayInputStream(out.toByteArray()));
    }

    assertThat(other.store.revision()).isEqualTo(2);
  }

  @Test
  void somethingElseIsNotLoaded() {
    var garbage = new ByteArrayInputStream(new byte[100]);

    assertThatThrownBy(() -> other.machine.load(50, 4, garbage))
        .isInstanceOf(IOException.class)
        .hasMessage("not a saved state");
  }
}
