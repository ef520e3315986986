package dev.rondo.etcd.balancer.channel;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Something that the balancer itself wants to know of the member at the other end of one line. An
 * answer of any kind means that the member is there.
 */
final class Question<R> extends ClientCall.Listener<R> {
  private static final CallOptions.Key<Question<?>> KEY =
      CallOptions.Key.create("dev.rondo.etcd.question");

  private final Line line;
  private final BiConsumer<@Nullable R, Status> then;
  private @Nullable R answer;

  private Question(Line line, BiConsumer<@Nullable R, Status> then) {
    this.line = line;
    this.then = then;
  }

  /**
   * Asks.
   *
   * @param limit how long to wait for the answer
   * @param then gets the answer, or null and why there is none; called on a thread of gRPC's
   */
  static <Q, R> void ask(
      Channel channel,
      Line line,
      MethodDescriptor<Q, R> method,
      Q request,
      Metadata headers,
      Duration limit,
      BiConsumer<@Nullable R, Status> then) {
    Question<R> question = new Question<>(line, then);
    ClientCall<Q, R> call =
        channel.newCall(
            method,
            CallOptions.DEFAULT
                .withWaitForReady()
                .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS)
                .withOption(KEY, question));
    call.start(question, headers);
    call.request(2); // one answer, and the end
    call.sendMessage(request);
    call.halfClose();
  }

  static @Nullable Question<?> of(CallOptions options) {
    return options.getOption(KEY);
  }

  Line line() {
    return line;
  }

  @Override
  public void onMessage(R message) {
    answer = message;
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    then.accept(status.isOk() ? answer : null, status);
  }

  /** Returns what tells the line that the member was heard. */
  ClientStreamTracer tracer() {
    return new ClientStreamTracer() {
      @Override
      public void inboundHeaders() {
        line.heard();
      }

      @Override
      public void inboundTrailers(Metadata trailers) {
        line.heard();
      }
    };
  }
}
