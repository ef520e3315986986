package dev.rondo.etcd.integration.differential;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Programs that random ones do not come upon, and such as have once been answered differently.
 *
 * <p>A program can be pasted as a failure of {@link DifferentialTest} prints it.
 */
@Timeout(120)
class NamedProgramsTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final Contest ALONE = Contest.of(1);
  private static final Contest TOGETHER = Contest.of(3);

  @AfterAll
  static void close() {
    ALONE.close();
    TOGETHER.close();
  }

  private static void run(String program) {
    ALONE.run(Program.parse(program));
  }

  @Test
  void aLeaseHasAShortestTimeToLive() {
    run(
        """
        LeaseGrant TTL: 1 ID: 5
        LeaseRevoke ID: 5
        LeaseGrant TTL: 0 ID: 5
        LeaseRevoke ID: 5
        LeaseGrant TTL: -7 ID: 5
        LeaseRevoke ID: 5
        """);
  }

  @Test
  void anIdIsDrawnForALeaseThatComesWithoutOne() {
    run(
        """
        LeaseGrant TTL: 600
        Put key: "a" lease: LEASE_0
        LeaseTimeToLive ID: LEASE_0 keys: true
        LeaseKeepAlive ID: LEASE_0
        LeaseGrant TTL: 600 ID: LEASE_0
        LeaseLeases
        Range key: "a"
        LeaseRevoke ID: LEASE_0
        Range key: "a"
        """);
  }

  @Test
  void keysMoveFromLeaseToLease() {
    run(
        """
        LeaseGrant TTL: 600 ID: 1
        LeaseGrant TTL: 600 ID: 2
        Put key: "a" value: "1" lease: 1
        Put key: "b" value: "1" lease: 1
        Put key: "a" value: "2" lease: 2
        LeaseTimeToLive ID: 1 keys: true
        LeaseTimeToLive ID: 2 keys: true
        Put key: "b" ignore_value: true
        LeaseTimeToLive ID: 1 keys: true
        Put key: "a" value: "3" ignore_lease: true
        Put key: "b" value: "2" lease: 2
        Watch create_request { key: "a" range_end: "c" prev_kv: true }
        LeaseRevoke ID: 2
        Range key: "a" range_end: "c"
        LeaseRevoke ID: 2
        LeaseKeepAlive ID: 2
        LeaseTimeToLive ID: 2
        LeaseLeases
        HashKV
        """);
  }

  @Test
  void aWatchThatWasOvertakenByACompactionKeepsItsId() {
    run(
        """
        Put key: "a"
        Put key: "a"
        Put key: "a"
        Compact revision: NOW physical: true
        Watch create_request { key: "a" start_revision: NOW-1 watch_id: 3 }
        Watch create_request { key: "a" watch_id: 3 }
        Watch create_request { key: "a" watch_id: 3 }
        Put key: "a"
        """);
  }

  @Test
  void aWatchFromTheCompactedRevisionIsToldOfIt() {
    run(
        """
        Put key: "a" value: "1"
        Put key: "a" value: "2"
        Put key: "a" value: "3"
        Compact revision: NOW-1 physical: true
        Watch create_request { key: "a" start_revision: NOW-1 prev_kv: true }
        Watch create_request { key: "a" start_revision: NOW-2 prev_kv: true }
        Range key: "a" revision: NOW-1
        Range key: "a" revision: NOW-2
        """);
  }

  @Test
  void theHashOfAStoreThatIsEmptyAfterACompactionCountsNothingOfBefore() {
    run(
        """
        Put key: "c"
        DeleteRange key: "c"
        Put key: "a"
        DeleteRange key: "a"
        Put key: "b"
        Put key: "\\000"
        Put key: "b"
        Put key: "c"
        Compact revision: NOW-6
        DeleteRange key: "b" range_end: "\\000"
        DeleteRange key: "\\000"
        HashKV
        """);
  }

  @Test
  void whatWasDeletedBeforeACompactionIsNotSeenAtIt() {
    run(
        """
        Put key: "a"
        DeleteRange key: "a"
        Compact revision: NOW physical: true
        Watch create_request { key: "a" start_revision: NOW }
        Range key: "a" revision: NOW
        Range key: "a" revision: NOW-1
        HashKV
        HashKV revision: NOW
        """);
  }

  @Test
  void nestedTransactionsAreCheckedTogether() {
    run(
        """
        Txn success { request_put { key: "a" } } success { request_txn { success { request_put { key: "a" } } } }
        Txn success { request_txn { success { request_put { key: "a" } } } } success { request_txn { success { request_delete_range { key: "a" } } } }
        Txn success { request_txn { success { request_delete_range { key: "a" } } } } success { request_txn { success { request_put { key: "a" } } } }
        Txn success { request_txn { success { request_put { key: "a" } } failure { request_put { key: "a" } } } }
        Txn success { request_put { key: "a" } } failure { request_put { key: "a" } }
        Txn success { request_txn { success { request_put { key: "" } } } }
        Txn compare { key: "" } success { request_put { key: "b" } }
        Range key: "\\000" range_end: "\\000"
        """);
  }

  @Test
  void aTransactionIsUndoneAsAWhole() {
    run(
        """
        Put key: "a" value: "1"
        Txn success { request_put { key: "a" value: "2" } } success { request_put { key: "b" lease: 77 } }
        Txn success { request_put { key: "a" value: "2" } } success { request_range { key: "a" revision: NOW+5 } }
        Txn success { request_put { key: "a" value: "2" } } success { request_range { key: "a" revision: NOW+1 } }
        Txn success { request_put { key: "a" value: "2" } } success { request_range { key: "a" revision: NOW-5 } }
        Txn success { request_put { key: "a" value: "2" } } success { request_put { key: "b" ignore_value: true } }
        Range key: "a" range_end: "c"
        """);
  }

  @Test
  void aPutAfterADeletionOfItsTransactionIsToldWithoutPreviousValue() {
    run(
        """
        Watch create_request { range_end: "c" prev_kv: true }
        Put key: "b"
        Txn success { request_delete_range { key: "ab" range_end: "\\000" } } success { request_put { key: "b" } }
        """);
  }

  @Test
  void aDeletionAfterAPutOfItsTransactionIsToldWithTheValueBeforeBoth() {
    run(
        """
        Watch create_request { range_end: "c" prev_kv: true }
        Put key: "a" value: "1"
        Txn success { request_txn { success { request_put { key: "a" value: "2" } } } } success { request_txn { success { request_delete_range { key: "a" prev_kv: true } } } }
        """);
  }

  @Test
  void aMemberThatWasRemovedIsNotFoundWhoeverIsToPromoteIt() {
    TOGETHER.run(
        Program.parse(
            """
            MemberAdd peerURLs: "http://127.0.0.1:2" isLearner: true
            MemberRemove ID: MEMBER_3
            MemberPromote ID: MEMBER_3
            @1 MemberPromote ID: MEMBER_3
            @2 MemberPromote ID: MEMBER_3
            """));
  }

  @Test
  void aMemberThatIsNotInSyncIsNotPromotedWhateverItIs() {
    TOGETHER.run(
        Program.parse(
            """
            MemberAdd peerURLs: "http://127.0.0.1:2"
            MemberPromote ID: MEMBER_3
            MemberPromote ID: MEMBER_0
            MemberPromote ID: MEMBER_1
            """));
  }

  @Test
  void aTransactionHasALargestNumberOfOperations() {
    runTxn(TxnRequest.newBuilder().addAllSuccess(gets(128)).addAllFailure(gets(128)).build());
    runTxn(TxnRequest.newBuilder().addAllSuccess(gets(129)).build());
    runTxn(TxnRequest.newBuilder().addAllFailure(gets(129)).build());
    var nested =
        RequestOp.newBuilder().setRequestTxn(TxnRequest.newBuilder().addAllSuccess(gets(129)));
    runTxn(TxnRequest.newBuilder().addSuccess(nested).build());
  }

  private static List<RequestOp> gets(int count) {
    var get = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a"));
    return Collections.nCopies(count, RequestOp.newBuilder().setRequestRange(get).build());
  }

  private static void runTxn(TxnRequest txn) {
    ALONE.run(new Program(List.of(Step.of(KVGrpc.getTxnMethod(), txn))));
  }

  @Test
  void aRequestHasALargestSize() {
    for (int size :
        new int[] {MEBIBYTE, MEBIBYTE * 3 / 2 - 100, MEBIBYTE * 3 / 2 + 1, 2 * MEBIBYTE + 1}) {
      ALONE.run(
          new Program(List.of(put("a", size), Step.parse("Range key: \"a\" count_only: true"))));
    }
  }

  private static Step put(String key, int size) {
    return Step.of(
        KVGrpc.getPutMethod(),
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFrom(new byte[size]))
            .build());
  }

  @Test
  void eventsOfFragmentsAreAllOfTheEvents() {
    var steps = new ArrayList<Step>();
    for (int i = 0; i < 8; i++) {
      steps.add(put("a" + i, MEBIBYTE / 2));
    }
    steps.add(Step.parse("Watch create_request { key: \"a\" range_end: \"b\" fragment: true }"));
    steps.add(Step.parse("Txn success { request_delete_range { key: \"a\" range_end: \"b\" } }"));

    ALONE.run(new Program(steps));
  }

  @Test
  void membersAreRefused() {
    run(
        """
        MemberAdd isLearner: true
        MemberAdd peerURLs: "" isLearner: true
        MemberAdd peerURLs: "http://127.0.0.1" isLearner: true
        MemberAdd peerURLs: "127.0.0.1:1" isLearner: true
        MemberAdd peerURLs: "ftp://127.0.0.1:1" isLearner: true
        MemberAdd peerURLs: "http://127.0.0.1:1/path" isLearner: true
        MemberAdd peerURLs: "http://127.0.0.1:1" isLearner: true
        MemberAdd peerURLs: "http://127.0.0.1:1" isLearner: true
        MemberAdd peerURLs: "http://127.0.0.1:2" isLearner: true
        MemberPromote ID: MEMBER_0
        MemberPromote ID: MEMBER_1
        MemberPromote ID: MEMBER_7
        MemberUpdate ID: MEMBER_0 peerURLs: "http://127.0.0.1:1"
        MemberUpdate ID: MEMBER_7 peerURLs: "http://127.0.0.1:3"
        MemberUpdate ID: MEMBER_0
        MemberRemove ID: MEMBER_7
        MemberRemove ID: MEMBER_1
        MemberRemove ID: MEMBER_1
        MemberPromote ID: MEMBER_1
        MemberUpdate ID: MEMBER_1 peerURLs: "http://127.0.0.1:1"
        MemberList linearizable: true
        """);
  }
}
