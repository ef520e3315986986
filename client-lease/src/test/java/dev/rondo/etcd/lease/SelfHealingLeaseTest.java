package dev.rondo.etcd.lease;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.testing.ScriptedCall;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.LeaseGrantResponse;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import dev.rondo.etcd.wire.LeaseRevokeResponse;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.ResponseOp;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SelfHealingLeaseTest {
  private static final Duration TTL = ofSeconds(1);
  private static final Bytes KEY = Bytes.utf8("workers/7");
  private static final Bytes VALUE = Bytes.utf8("10.0.0.7:8080");
  private static final Status NOT_FOUND =
      Status.NOT_FOUND.withDescription("etcdserver: requested lease not found");
  private static final Status DENIED =
      Status.PERMISSION_DENIED.withDescription("etcdserver: permission denied");

  private final ScriptedServer server = ScriptedServer.start();
  private final Set<Long> granted = ConcurrentHashMap.newKeySet();
  private final Connection connection = Connection.builder().endpoints(server.endpoint()).build();
  private final LeaseClient leases = LeaseClient.over(connection);
  private final List<LeaseState> states = new CopyOnWriteArrayList<>();
  private final List<BoundKey.State> keyStates = new CopyOnWriteArrayList<>();

  SelfHealingLeaseTest() {
    server.on(
        LeaseGrpc.getLeaseGrantMethod(),
        (request, call) -> {
          if (granted.add(request.getID())) {
            call.reply(
                LeaseGrantResponse.newBuilder()
                    .setID(request.getID())
                    .setTTL(request.getTTL())
                    .build());
          } else {
            call.fail(
                Status.FAILED_PRECONDITION.withDescription("etcdserver: lease already exists"));
          }
        });
    server.on(
        LeaseGrpc.getLeaseKeepAliveMethod(),
        (request, call) ->
            call.send(
                LeaseKeepAliveResponse.newBuilder()
                    .setID(request.getID())
                    .setTTL(granted.contains(request.getID()) ? 1 : 0)
                    .build()));
    server.on(
        LeaseGrpc.getLeaseRevokeMethod(),
        (request, call) -> {
          if (granted.remove(request.getID())) {
            call.reply(LeaseRevokeResponse.getDefaultInstance());
          } else {
            call.fail(NOT_FOUND);
          }
        });
    server.on(KVGrpc.getPutMethod(), this::put);
    server.on(KVGrpc.getTxnMethod(), (request, call) -> call.reply(txn(true, true)));
  }

  private void put(PutRequest request, ScriptedCall<PutRequest, PutResponse> call) {
    if (granted.contains(request.getLease())) {
      call.reply(PutResponse.getDefaultInstance());
    } else {
      call.fail(NOT_FOUND);
    }
  }

  /** Answers what restores a key: it is under the lease already, or it is not there. */
  private static TxnResponse txn(boolean isOurs, boolean isAbsent) {
    var inner = TxnResponse.newBuilder().setSucceeded(isAbsent);
    return TxnResponse.newBuilder()
        .setSucceeded(isOurs)
        .addResponses(ResponseOp.newBuilder().setResponseTxn(inner))
        .build();
  }

  private SelfHealingLease start(LeaseClient client) {
    var lease = client.selfHealing(TTL);
    lease.onChange(status -> states.add(status.state()));
    lease.onKeyChange(key -> keyStates.add(key.state()));
    return lease;
  }

  private SelfHealingLease start() {
    return start(leases);
  }

  private void lose(SelfHealingLease lease) {
    assertThat(granted.remove(lease.id().value())).isTrue();
  }

  private List<TxnRequest> restored() {
    return server.received(KVGrpc.getTxnMethod());
  }

  private static BoundKey bound() {
    return new BoundKey(KEY, BoundKey.State.BOUND, java.util.Optional.empty());
  }

  private static EtcdException failure(Runnable call) {
    return catchThrowableOfType(EtcdException.class, call::run);
  }

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @Test
  void comesBackUnderTheSameIdWithItsKeys() {
    var lease = start();
    var id = lease.id();
    lease.bind(KEY, VALUE);
    assertThat(lease.keys()).containsExactly(bound());

    lose(lease);
    await().until(() -> lease.restorations() == 1);
    await().until(() -> lease.keys().equals(List.of(bound())));

    assertThat(granted).containsExactly(id.value());
    assertThat(lease.id()).isEqualTo(id);
    assertThat(lease.status().state()).isEqualTo(LeaseState.ACTIVE);
    assertThat(states).containsExactly(LeaseState.LOST, LeaseState.ACTIVE);
    await()
        .untilAsserted(
            () ->
                assertThat(keyStates)
                    .containsExactly(
                        BoundKey.State.PENDING,
                        BoundKey.State.BOUND,
                        BoundKey.State.PENDING,
                        BoundKey.State.BOUND));
    lease.close();
    assertThat(granted).isEmpty();
    assertThat(lease.status().state()).isEqualTo(LeaseState.CLOSED);
  }

  @Test
  void putsWhatWasBoundUnlessAnotherWroteTheKey() {
    var lease = start();
    lease.bind(KEY, VALUE);

    lose(lease);
    await().until(() -> !restored().isEmpty());

    var request = restored().get(0);
    var put =
        RequestOp.newBuilder()
            .setRequestPut(
                PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("workers/7"))
                    .setValue(ByteString.copyFromUtf8("10.0.0.7:8080"))
                    .setLease(lease.id().value()));
    assertThat(request.getCompare(0).getLease()).isEqualTo(lease.id().value());
    assertThat(request.getSuccessList()).containsExactly(put.build());
    var otherwise = request.getFailure(0).getRequestTxn();
    assertThat(otherwise.getCompare(0).getTarget().name()).isEqualTo("VERSION");
    assertThat(otherwise.getCompare(0).getVersion()).isZero();
    assertThat(otherwise.getSuccessList()).containsExactly(put.build());
    assertThat(otherwise.getFailureList()).isEmpty();
  }

  @Test
  void putsKeysUnderThePrefixOfItsNamespace() {
    var inside = ByteString.copyFromUtf8("a/b/workers/7");
    var lease = start(leases.namespace("a/").namespace("b/"));
    lease.bind(KEY, VALUE);

    lose(lease);
    await().until(() -> lease.restorations() == 1);
    await().until(() -> lease.keys().equals(List.of(bound())));
    lease.unbind(KEY);

    assertThat(server.received(KVGrpc.getPutMethod()).get(0).getKey()).isEqualTo(inside);
    assertThat(restored()).hasSize(2);
    var restore = restored().get(0);
    assertThat(restore.getCompare(0).getKey()).isEqualTo(inside);
    assertThat(restore.getSuccess(0).getRequestPut().getKey()).isEqualTo(inside);
    assertThat(restore.getFailure(0).getRequestTxn().getCompare(0).getKey()).isEqualTo(inside);
    var delete = restored().get(1);
    assertThat(delete.getCompare(0).getKey()).isEqualTo(inside);
    assertThat(delete.getSuccess(0).getRequestDeleteRange().getKey()).isEqualTo(inside);
    assertThat(lease.keys()).isEmpty();
  }

  @Test
  void leavesAKeyAloneThatAnotherWrote() {
    server.on(KVGrpc.getTxnMethod(), (request, call) -> call.reply(txn(false, false)));
    var lease = start();
    lease.bind(KEY, VALUE);

    lose(lease);
    await().until(() -> lease.keys().get(0).state() == BoundKey.State.TAKEN);
    server.on(KVGrpc.getTxnMethod(), (request, call) -> call.reply(txn(false, true)));
    lose(lease);

    await().until(() -> lease.keys().equals(List.of(bound())));
    assertThat(lease.restorations()).isEqualTo(2);
  }

  @Test
  void goesOnPuttingAKeyThatIsRefusedAfterwards() {
    server.on(KVGrpc.getTxnMethod(), (request, call) -> call.fail(DENIED));
    var lease = start();
    lease.bind(KEY, VALUE);

    lose(lease);
    await().until(() -> restored().size() >= 3);
    var refused = lease.keys().get(0);
    server.on(KVGrpc.getTxnMethod(), (request, call) -> call.reply(txn(true, true)));

    assertThat(refused.state()).isEqualTo(BoundKey.State.PENDING);
    assertThat(refused.failure().orElseThrow().code()).isEqualTo(Code.PERMISSION_DENIED);
    await().until(() -> lease.keys().equals(List.of(bound())));
  }

  @Test
  void doesNotBindWhatIsRefusedAtFirst() {
    server.on(KVGrpc.getPutMethod(), (request, call) -> call.fail(DENIED));
    var lease = start();

    assertThat(failure(() -> lease.bind(KEY, VALUE)).code()).isEqualTo(Code.PERMISSION_DENIED);

    assertThat(lease.keys()).isEmpty();
    assertThatThrownBy(() -> lease.bind(Bytes.EMPTY, VALUE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a key must have at least one byte, was empty");
  }

  @Test
  void findsOutByAKeyThatItIsLost() {
    var lease = leases.with(call -> call.timeout(ofSeconds(30))).selfHealing(ofSeconds(60));
    lose(lease);

    lease.bind(KEY, VALUE);

    assertThat(lease.restorations()).isEqualTo(1);
    assertThat(lease.keys()).containsExactly(bound());
    lease.release();
  }

  @Test
  void waitsForALostLeaseAsLongAsACallMayTake() {
    var lease = start(leases.with(call -> call.timeout(ofMillis(500))));
    server.on(LeaseGrpc.getLeaseGrantMethod(), (request, call) -> call.fail(Status.UNAVAILABLE));
    lose(lease);
    await().until(() -> lease.status().state() == LeaseState.LOST);

    var failure = failure(() -> lease.bind(KEY, VALUE));

    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure)
        .hasMessageStartingWith("lease bind: not put within PT0.5S: the lease is lost");
    assertThat(lease.keys()).isEmpty();
    await().until(() -> lease.status().reason().isPresent());
    assertThat(lease.status().remaining()).isZero();
  }

  @Test
  void takesOverALeaseThatWasGrantedUnheard() {
    var lease = start();
    server.on(
        LeaseGrpc.getLeaseGrantMethod(),
        (request, call) -> {
          granted.add(request.getID());
          call.fail(Status.FAILED_PRECONDITION.withDescription("etcdserver: lease already exists"));
        });

    lose(lease);

    await().until(() -> lease.restorations() == 1);
    assertThat(lease.status().state()).isEqualTo(LeaseState.ACTIVE);
  }

  @Test
  void putsTheLastValueLast() {
    var first = new CopyOnWriteArrayList<ScriptedCall<PutRequest, PutResponse>>();
    server.on(KVGrpc.getPutMethod(), (request, call) -> first.add(call));
    var lease = start();
    var before = lease.bindAsync(KEY, VALUE);
    await().until(() -> first.size() == 1);

    server.on(KVGrpc.getPutMethod(), this::put);
    var after = lease.bindAsync(KEY, Bytes.utf8("new"));
    await().until(before::isCompletedExceptionally);
    assertThat(server.received(KVGrpc.getPutMethod())).as("one at a time").hasSize(1);
    first.get(0).reply(PutResponse.getDefaultInstance());
    after.join();

    assertThat(server.received(KVGrpc.getPutMethod()).get(1).getValue().toStringUtf8())
        .isEqualTo("new");
    assertThat(lease.keys()).containsExactly(bound());
  }

  @Test
  void unbindsAndDeletes() {
    var lease = start();
    lease.bind(KEY, VALUE);

    lease.unbind(KEY);
    lease.unbind(KEY);
    assertThat(lease.keys()).isEmpty();
    assertThat(restored()).hasSize(1);
    assertThat(restored().get(0).getSuccess(0).hasRequestDeleteRange()).isTrue();
    assertThat(restored().get(0).getCompare(0).getLease()).isEqualTo(lease.id().value());
    lose(lease);
    await().until(() -> lease.restorations() == 1);

    lease.bind(KEY, VALUE);
    assertThat(restored()).as("nothing was put again").hasSize(1);
  }

  @Test
  void unbindsAtOnceWhileTheLeaseIsLost() {
    var lease = start();
    lease.bind(KEY, VALUE);
    server.on(LeaseGrpc.getLeaseGrantMethod(), (request, call) -> call.fail(Status.UNAVAILABLE));
    lose(lease);
    await().until(() -> lease.status().state() == LeaseState.LOST);

    lease.unbind(KEY);

    assertThat(lease.keys()).isEmpty();
    assertThat(restored()).isEmpty();
  }

  @Test
  void unbindsWhatIsCancelled() {
    server.on(KVGrpc.getPutMethod(), (request, call) -> {});
    var lease = start();
    var binding = lease.bindAsync(KEY, VALUE);
    server.awaitReceived(KVGrpc.getPutMethod(), 1);
    await().until(() -> lease.keys().size() == 1);

    binding.cancel(true);

    await().until(() -> lease.keys().isEmpty());
  }

  @Test
  void staysWithOneLeaseWhenItIsReleased() {
    var lease = start();
    lease.bind(KEY, VALUE);

    lease.release();
    lease.close();

    assertThat(granted).containsExactly(lease.id().value());
    assertThat(failure(() -> lease.bind(KEY, VALUE)).code()).isEqualTo(Code.CLOSED);
    await().until(() -> states.equals(List.of(LeaseState.CLOSED)));
    await().until(() -> server.cancelledCalls() == 1);
  }

  @Test
  void endsWithTheConnection() {
    var lease = start();
    server.on(KVGrpc.getPutMethod(), (request, call) -> {});
    var binding = lease.bindAsync(KEY, VALUE);
    server.awaitReceived(KVGrpc.getPutMethod(), 1);

    connection.close();

    await().until(binding::isCompletedExceptionally);
    await().until(() -> states.equals(List.of(LeaseState.CLOSED)));
    assertThat(lease.status().state()).isEqualTo(LeaseState.CLOSED);
    lease.close();
  }

  @Test
  void isNotGrantedAnewOnceItWasLeft() {
    var lease = start();
    var held = new CopyOnWriteArrayList<ScriptedCall<?, LeaseGrantResponse>>();
    server.on(LeaseGrpc.getLeaseGrantMethod(), (request, call) -> held.add(call));
    lose(lease);
    await().until(() -> held.size() == 1);

    lease.release();
    held.get(0).reply(LeaseGrantResponse.newBuilder().setID(lease.id().value()).setTTL(1).build());

    await().until(() -> server.cancelledCalls() >= 1);
    assertThat(lease.restorations()).isZero();
    assertThat(lease.status().state()).isEqualTo(LeaseState.CLOSED);
  }
}
