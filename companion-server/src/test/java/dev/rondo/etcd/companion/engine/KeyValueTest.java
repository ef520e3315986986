package dev.rondo.etcd.companion.engine;

import static dev.rondo.etcd.companion.engine.LoneMember.assertRefused;
import static dev.rondo.etcd.companion.engine.LoneMember.bytes;
import static dev.rondo.etcd.companion.engine.LoneMember.deleteOf;
import static dev.rondo.etcd.companion.engine.LoneMember.done;
import static dev.rondo.etcd.companion.engine.LoneMember.putOf;
import static dev.rondo.etcd.companion.engine.LoneMember.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.RangeRequest.SortOrder;
import dev.rondo.etcd.wire.RangeRequest.SortTarget;
import dev.rondo.etcd.wire.RangeResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyValueTest {
  private final LoneMember member = new LoneMember();
  private final Engine engine = member.engine;

  @AfterEach
  void close() {
    member.close();
  }

  private static List<String> keys(RangeResponse response) {
    return response.getKvsList().stream().map(kv -> kv.getKey().toStringUtf8()).toList();
  }

  @Test
  void headersTellWhoAnsweredAndAtWhichRevision() {
    var put = member.put("a", "1");
    member.put("b", "2");
    var old = member.get(rangeOf("a").setRevision(2));

    assertThat(put.getHeader().getClusterId()).isEqualTo(LoneMember.CLUSTER);
    assertThat(put.getHeader().getMemberId()).isEqualTo(LoneMember.ID);
    assertThat(put.getHeader().getRaftTerm()).isEqualTo(2);
    assertThat(put.getHeader().getRevision()).isEqualTo(2);
    assertThat(old.getHeader().getRevision()).isEqualTo(3);
  }

  @Test
  void putsTellWhatWasThereIfAsked() {
    member.put("a", "1");
    var told = done(engine.put(putOf("a", "2").setPrevKv(true).build()));
    var first = done(engine.put(putOf("b", "2").setPrevKv(true).build()));
    var untold = member.put("a", "3");

    assertThat(told.getPrevKv().getValue()).isEqualTo(bytes("1"));
    assertThat(first.hasPrevKv()).isFalse();
    assertThat(untold.hasPrevKv()).isFalse();
  }

  @Test
  void putsKeepValueOrLeaseIfAsked() {
    member.grant(7, 10);
    member.grant(8, 10);
    member.put("a", "1", 7);

    done(engine.put(putOf("a", "").setIgnoreValue(true).setLease(8).build()));
    var moved = member.get(rangeOf("a")).getKvs(0);
    done(engine.put(putOf("a", "2").setIgnoreLease(true).build()));
    var kept = member.get(rangeOf("a")).getKvs(0);

    assertThat(moved.getValue()).isEqualTo(bytes("1"));
    assertThat(moved.getLease()).isEqualTo(8);
    assertThat(kept.getValue()).isEqualTo(bytes("2"));
    assertThat(kept.getLease()).isEqualTo(8);
  }

  @Test
  void putsThatKeepWhatIsNotThereAreRefused() {
    assertRefused(engine.put(putOf("a", "").setIgnoreValue(true).build()), EtcdError.KEY_NOT_FOUND);
    assertRefused(engine.put(putOf("a", "").setIgnoreLease(true).build()), EtcdError.KEY_NOT_FOUND);
    assertRefused(
        engine.put(putOf("a", "").setIgnoreValue(true).setLease(9).build()),
        EtcdError.LEASE_NOT_FOUND);
    assertThat(member.store.revision()).isEqualTo(1);
  }

  @Test
  void deletesTellHowManyAndWhatIfAsked() {
    member.put("a", "1");
    member.put("b", "2");
    member.put("c", "3");

    var request = deleteOf("a").setRangeEnd(bytes("c"));
    var told = done(engine.deleteRange(request.setPrevKv(true).build()));
    var nothing = done(engine.deleteRange(request.build()));

    assertThat(told.getDeleted()).isEqualTo(2);
    assertThat(told.getPrevKvsList())
        .extracting(KeyValue::getValue)
        .containsExactly(bytes("1"), bytes("2"));
    assertThat(told.getHeader().getRevision()).isEqualTo(5);
    assertThat(nothing.getDeleted()).isZero();
    assertThat(nothing.getHeader().getRevision()).isEqualTo(5);
  }

  @Test
  void limitsLeaveTheCountAndTellOfMore() {
    List.of("a", "b", "c").forEach(key -> member.put(key, "1"));

    var two = member.get(rangeOf("a", "z").setLimit(2));
    var three = member.get(rangeOf("a", "z").setLimit(3));
    var negative = member.get(rangeOf("a", "z").setLimit(-1));
    var huge = member.get(rangeOf("a", "z").setLimit(Long.MAX_VALUE));

    assertThat(keys(two)).containsExactly("a", "b");
    assertThat(two.getMore()).isTrue();
    assertThat(two.getCount()).isEqualTo(3);
    assertThat(three.getMore()).isFalse();
    assertThat(keys(negative)).hasSize(3);
    assertThat(keys(huge)).hasSize(3);
    assertThat(huge.getMore()).isFalse();
  }

  @Test
  void countsAloneHaveNoKeys() {
    List.of("a", "b", "c").forEach(key -> member.put(key, "1"));

    var counted = member.get(rangeOf("a", "z").setCountOnly(true).setLimit(1));

    assertThat(counted.getKvsList()).isEmpty();
    assertThat(counted.getCount()).isEqualTo(3);
    assertThat(counted.getMore()).isFalse();
  }

  @Test
  void keysAloneHaveNoValues() {
    member.put("a", "1");

    var key = member.get(rangeOf("a").setKeysOnly(true)).getKvs(0);

    assertThat(key.getValue().isEmpty()).isTrue();
    assertThat(key.getModRevision()).isEqualTo(2);
  }

  @Test
  void rangesAreSortedByAnyTargetWithTiesInOrderOfKeys() {
    member.put("a", "2");
    member.put("b", "3");
    member.put("c", "2");
    member.put("a", "2"); // created first, changed last

    var byMod = rangeOf("a", "z").setSortTarget(SortTarget.MOD).setSortOrder(SortOrder.ASCEND);
    var byValue = rangeOf("a", "z").setSortTarget(SortTarget.VALUE);
    var byCreate = rangeOf("a", "z").setSortTarget(SortTarget.CREATE);
    var byVersion = rangeOf("a", "z").setSortTarget(SortTarget.VERSION);
    var byKey = rangeOf("a", "z").setSortTarget(SortTarget.KEY);

    assertThat(keys(member.get(byMod))).containsExactly("b", "c", "a");
    assertThat(keys(member.get(byValue.setSortOrder(SortOrder.ASCEND))))
        .containsExactly("a", "c", "b");
    assertThat(keys(member.get(byValue.setSortOrder(SortOrder.DESCEND))))
        .containsExactly("b", "a", "c");
    assertThat(keys(member.get(byCreate.setSortOrder(SortOrder.DESCEND))))
        .containsExactly("c", "b", "a");
    assertThat(keys(member.get(byVersion.setSortOrder(SortOrder.DESCEND))))
        .containsExactly("a", "b", "c");
    assertThat(keys(member.get(byKey.setSortOrder(SortOrder.DESCEND))))
        .containsExactly("c", "b", "a");
  }

  @Test
  void anOrderLooksAtAllKeysBeforeTheLimit() {
    List.of("a", "b", "c").forEach(key -> member.put(key, "1"));

    var last = member.get(rangeOf("a", "z").setSortOrder(SortOrder.DESCEND).setLimit(1));

    assertThat(keys(last)).containsExactly("c");
    assertThat(last.getMore()).isTrue();
  }

  @Test
  void aTargetWithoutAnOrderSortsWhatTheLimitLeft() {
    member.put("b", "1");
    member.put("c", "1");
    member.put("a", "1");

    var response = member.get(rangeOf("a", "z").setSortTarget(SortTarget.MOD).setLimit(1));

    // a and b are fetched, and b is the older; an explicit order would have looked at c, too
    assertThat(keys(response)).containsExactly("b");
    assertThat(response.getMore()).isTrue();
  }

  @Test
  void rangesAreFilteredByRevisionsBeforeTheLimitAndAfterTheCount() {
    List.of("a", "b", "c", "d").forEach(key -> member.put(key, "1")); // at 2 to 5
    member.put("a", "2"); // at 6

    var young = member.get(rangeOf("a", "z").setMinModRevision(4).setLimit(2));
    var old = member.get(rangeOf("a", "z").setMaxModRevision(4));
    var created = member.get(rangeOf("a", "z").setMinCreateRevision(2).setMaxCreateRevision(3));

    assertThat(keys(young)).containsExactly("a", "c");
    assertThat(young.getMore()).isTrue();
    assertThat(young.getCount()).isEqualTo(4);
    assertThat(keys(old)).containsExactly("b", "c");
    assertThat(keys(created)).containsExactly("a", "b");
  }

  @Test
  void revisionsOutsideOfTheHistoryAreRefused() {
    member.put("a", "1");
    member.put("a", "2");
    done(engine.compact(CompactionRequest.newBuilder().setRevision(3).build()));

    assertRefused(engine.range(rangeOf("a").setRevision(2).build()), EtcdError.COMPACTED);
    assertRefused(engine.range(rangeOf("a").setRevision(4).build()), EtcdError.FUTURE_REVISION);
    assertRefused(
        engine.compact(CompactionRequest.newBuilder().setRevision(3).build()), EtcdError.COMPACTED);
    assertRefused(
        engine.compact(CompactionRequest.newBuilder().setRevision(4).build()),
        EtcdError.FUTURE_REVISION);
    assertThat(member.get(rangeOf("a").setRevision(-5)).getCount()).isEqualTo(1);
  }
}
