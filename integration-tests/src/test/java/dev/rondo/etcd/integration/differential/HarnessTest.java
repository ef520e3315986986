package dev.rondo.etcd.integration.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Message;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.wire.Event.EventType;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** What the comparison finds if one of two equal clusters deviates. */
class HarnessTest {
  private static final int STEPS = 200;

  @Property(tries = 2, seed = "1", edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void equalClustersAnswerAlike(@ForAll("programs") Program program) {
    try (var comparison =
        beside(new Deviation(UnaryOperator.identity(), UnaryOperator.identity()))) {
      comparison.run(program);
    }
  }

  @Property(tries = 1, seed = "2", edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void aVersionThatIsCountedWronglyTakesThreePutsAndARead(@ForAll("programs") Program program) {
    var difference =
        differenceFrom(
            new Deviation(HarnessTest::countingToTwo, UnaryOperator.identity()), program);

    assertThat(difference.program().steps()).hasSizeLessThanOrEqualTo(4);
    assertThat(difference).hasMessageContaining("version: 3").hasMessageContaining("version: 2");
  }

  private static Message countingToTwo(Message answer) {
    if (!(answer instanceof RangeResponse range)) {
      return answer;
    }
    var counted = range.toBuilder();
    counted.getKvsBuilderList().forEach(kv -> kv.setVersion(Math.min(2, kv.getVersion())));
    return counted.build();
  }

  @Property(tries = 1, seed = "3", edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void deletionsThatAWatchMissesTakeAPutAWatchAndADeletion(@ForAll("programs") Program program) {
    var difference =
        differenceFrom(
            new Deviation(HarnessTest::withoutDeletions, UnaryOperator.identity()), program);

    assertThat(difference.program().steps()).hasSizeLessThanOrEqualTo(4);
    assertThat(difference).hasMessageContaining("type: DELETE");
  }

  private static Message withoutDeletions(Message answer) {
    if (!(answer instanceof WatchResponse response)) {
      return answer;
    }
    return response.toBuilder()
        .clearEvents()
        .addAllEvents(
            response.getEventsList().stream()
                .filter(event -> event.getType() != EventType.DELETE)
                .toList())
        .build();
  }

  @Property(tries = 1, seed = "4", edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void anotherTextOfAnErrorTakesOneRequest(@ForAll("programs") Program program) {
    var difference =
        differenceFrom(
            new Deviation(
                UnaryOperator.identity(),
                status -> status.isOk() ? status : status.withDescription("deviating")),
            program);

    assertThat(difference.program().steps()).hasSize(1);
    assertThat(difference).hasMessageContaining(": deviating");
  }

  @Example
  void aProgramIsReadAsItIsWritten() {
    var written =
        """

          @2 Put key: "a\\000" value: "1" lease: 2
          Txn compare { target: MOD key: "a" mod_revision: NOW-3 } success { request_range { key: "a" revision: NOW } }
          MemberRemove ID: MEMBER_1
          LeaseLeases
        """;

    assertThat(Program.parse(written)).hasToString(written);
  }

  @Provide
  Arbitrary<Program> programs() {
    return Programs.of(STEPS, 1);
  }

  private static Difference differenceFrom(ClientInterceptor deviation, Program program) {
    try (var comparison = beside(deviation)) {
      return catchThrowableOfType(Difference.class, () -> comparison.run(program));
    }
  }

  private static Comparison beside(ClientInterceptor deviation) {
    return new Comparison(
        () -> Side.start(EtcdBackend.any(), 1),
        () -> Side.start(EtcdBackend.any(), 1, deviation),
        step -> true);
  }

  /** Changes what comes back. */
  private record Deviation(UnaryOperator<Message> answers, UnaryOperator<Status> statuses)
      implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          super.start(changing(listener), headers);
        }
      };
    }

    private <R> ClientCall.Listener<R> changing(ClientCall.Listener<R> listener) {
      return new SimpleForwardingClientCallListener<>(listener) {
        @Override
        @SuppressWarnings("unchecked") // a changed answer is still one of its kind
        public void onMessage(R answer) {
          super.onMessage((R) answers.apply((Message) answer));
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
          super.onClose(statuses.apply(status), trailers);
        }
      };
    }
  }
}
