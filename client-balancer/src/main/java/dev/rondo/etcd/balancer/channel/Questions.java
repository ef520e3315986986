package dev.rondo.etcd.balancer.channel;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.StatusRequest;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the balancer asks members. Any thread. */
final class Questions {
  /** A linearizable read of nothing. */
  private static final RangeRequest NOTHING =
      RangeRequest.newBuilder().setKey(ByteString.copyFrom(new byte[1])).setCountOnly(true).build();

  private static final Set<Status.Code> NO_PROOF =
      Set.of(
          Status.Code.UNAVAILABLE,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.CANCELLED,
          Status.Code.UNKNOWN,
          Status.Code.UNIMPLEMENTED,
          Status.Code.INTERNAL);

  private volatile @Nullable Channel channel;

  /** Gives them the channel to ask over, before there is anybody to ask. */
  void over(Channel channel) {
    this.channel = channel;
  }

  /**
   * Asks the member what it says of itself. Every etcd answers that from memory and to anybody,
   * with or without a leader, a vote or a token.
   *
   * @param then gets the report, or null and why there is none
   */
  void status(Line line, Duration limit, BiConsumer<@Nullable MemberReport, Status> then) {
    Question.ask(
        Objects.requireNonNull(channel),
        line,
        MaintenanceGrpc.getStatusMethod(),
        StatusRequest.getDefaultInstance(),
        new Metadata(),
        limit,
        (answer, status) -> then.accept(answer == null ? null : MemberReport.of(answer), status));
  }

  /**
   * Asks whether the member has a leader that a quorum follows, by a linearizable read of nothing.
   * A caller without rights is refused only after etcd has heard of the leader, so a refusal is as
   * good.
   */
  void quorum(Line line, Duration limit, Consumer<Boolean> then) {
    Metadata headers = new Metadata();
    RequireLeader.addTo(headers);
    Question.ask(
        Objects.requireNonNull(channel),
        line,
        KVGrpc.getRangeMethod(),
        NOTHING,
        headers,
        limit,
        (answer, status) -> then.accept(!NO_PROOF.contains(status.getCode())));
  }
}
