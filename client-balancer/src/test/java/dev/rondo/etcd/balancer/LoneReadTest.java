package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static dev.rondo.etcd.balancer.ConnectionTest.connected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.testing.ScriptedCall;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One read at a time is all there is, so that no other read shows which member answers. The
 * question whether a member has a quorum is a read that counts.
 */
@Timeout(30)
class LoneReadTest {
  private final ScriptedServer slow = ScriptedServer.start();
  private final ScriptedServer fine = ScriptedServer.start();
  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  private final List<ScriptedCall<RangeRequest, RangeResponse>> held = new CopyOnWriteArrayList<>();
  private final AtomicInteger questions = new AtomicInteger();
  private final Connection connection =
      Connection.builder()
          .endpoints(slow.endpoint(), fine.endpoint())
          .listener(events::add)
          .build();

  @BeforeEach
  void connectBoth() {
    fine.on(
        KVGrpc.getRangeMethod(),
        (request, call) -> call.reply(RangeResponse.newBuilder().setCount(2).build()));
    await().until(() -> connected(connection) == 2);
  }

  @AfterEach
  void close() {
    connection.close();
    slow.close();
    fine.close();
  }

  /** Holds all reads, and answers the question or holds it, too. */
  private void hold(boolean hasQuorum) {
    slow.on(
        KVGrpc.getRangeMethod(),
        (request, call) -> {
          if (!request.getCountOnly()) {
            held.add(call);
            return;
          }
          questions.incrementAndGet();
          if (hasQuorum) {
            call.reply(RangeResponse.getDefaultInstance());
          }
        });
  }

  private CompletableFuture<Long> get() {
    return Calls.over(connection)
        .call(GET, RangeRequest.getDefaultInstance(), RangeResponse::getCount);
  }

  /** Reads until one has come to the slow member. */
  private CompletableFuture<Long> getThere() {
    CompletableFuture<Long> first = get();
    await().until(() -> first.isDone() || !held.isEmpty());
    return held.isEmpty() ? get() : first;
  }

  @Test
  void itLeavesAMemberWithoutAQuorumForOneThatHasOne() {
    hold(false);

    CompletableFuture<Long> read = getThere();

    assertThat(read).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(2L);
    assertThat(held).hasSize(1);
    await()
        .untilAsserted(
            () ->
                assertThat(events)
                    .contains(
                        new ConnectionEvent.Rotated(
                            "get", Endpoint.parse(slow.endpoint()), Code.UNAVAILABLE)));
  }

  @Test
  void itStaysAtAMemberThatHasAQuorumAndIsOnlySlow() {
    hold(true);

    CompletableFuture<Long> read = getThere();
    await().until(() -> questions.get() >= 3); // asked, and asked again
    assertThat(held).hasSize(1);
    held.get(0).reply(RangeResponse.newBuilder().setCount(1).build());

    assertThat(read).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(1L);
    assertThat(events).noneMatch(ConnectionEvent.Rotated.class::isInstance);
  }
}
