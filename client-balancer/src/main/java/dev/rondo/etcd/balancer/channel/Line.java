package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import io.grpc.ClientStreamTracer;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an endpoint: its subchannel, and the attempts that are on it.
 *
 * <p>Attempts come and go on any thread; the rest is for gRPC's synchronization context.
 */
final class Line {
  private final Endpoint endpoint;
  private final Subchannel subchannel;
  private final SilenceWatch watch;
  private final PickResult pick;
  private final Set<Attempt> attempts = ConcurrentHashMap.newKeySet();
  private final Pulse pulse;
  private final Consumer<Line> onSilence;
  private volatile boolean isHeard;
  private volatile int lastQuorum = -1; // the tick in which it showed last that it has a quorum

  private @Nullable Status end; // why those that are on it are to go
  private boolean isForAll; // and not for streams alone
  private boolean isUp;
  private boolean isAsked;
  private boolean isQuorumAsked;
  private int quorumAsked = -1; // since which tick that waits for a good answer

  Line(Endpoint endpoint, Subchannel subchannel, SilenceWatch watch, Consumer<Line> onSilence) {
    this.endpoint = endpoint;
    this.subchannel = subchannel;
    this.watch = watch;
    this.pulse = watch.newPulse();
    this.onSilence = onSilence;
    this.pick = PickResult.withSubchannel(subchannel, new AttemptTracing());
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** The answer for an attempt that is to go here. */
  PickResult pick() {
    return pick;
  }

  Pulse pulse() {
    return pulse;
  }

  void connect() {
    subchannel.requestConnection();
  }

  /** How many attempts are on it. */
  int inFlight() {
    return attempts.size();
  }

  Iterable<Attempt> attempts() {
    return attempts;
  }

  /** Whether there is anything to watch. */
  boolean isIdle() {
    return attempts.isEmpty() && !(isUp && pulse.isProbing());
  }

  void add(Attempt attempt) {
    attempts.add(attempt);
    watch.wake();
  }

  void remove(Attempt attempt, Status status) {
    attempts.remove(attempt);
    if (status.isOk() && attempt.kind() == Attempt.Kind.READ) {
      watch.answered(attempt);
      if (attempt.route().reach() == Reach.QUORUM) {
        lastQuorum = watch.now();
      }
    }
  }

  /** Something came in: cheap, for it is called for every answer. */
  void heard() {
    if (!isHeard) {
      isHeard = true;
    }
  }

  /** Whether anything came in since this was asked last. */
  boolean takeHeard() {
    boolean was = isHeard;
    isHeard = false;
    return was;
  }

  /** Whether attempts are sent here. */
  boolean isUp() {
    return isUp;
  }

  /** The member at the other end is known, and attempts may come. */
  void up() {
    isUp = true;
  }

  /** Takes the right to ask for the status, unless an answer is still due. */
  boolean mayAsk() {
    boolean may = !isAsked;
    isAsked = true;
    return may;
  }

  void wasAnswered() {
    isAsked = false;
  }

  /** As {@link #mayAsk}, for the question whether there is a quorum. */
  boolean mayAskQuorum() {
    boolean may = !isQuorumAsked;
    isQuorumAsked = true;
    if (quorumAsked <= lastQuorum) {
      quorumAsked = watch.now();
    }
    return may;
  }

  /**
   * There is an answer to the question whether there is a quorum, or its time is over.
   *
   * @param isThere whether there is one
   */
  void quorumWasAnswered(boolean isThere) {
    isQuorumAsked = false;
    if (isThere) {
      lastQuorum = watch.now();
    }
  }

  /** The tick in which it showed last that it has a quorum, by a read or when asked. */
  int lastQuorum() {
    return lastQuorum;
  }

  /** Since which tick it was asked for a quorum, and has shown none; -1 if it was not. */
  int withoutQuorumSince() {
    return quorumAsked > lastQuorum ? quorumAsked : -1;
  }

  /** Takes no more attempts, and tells streams to leave; the others are finished here. */
  void retire(Status why) {
    end(why, false);
  }

  /** Takes no more attempts, and tells all that are here to leave. */
  void abandon(Status why) {
    end(why, true);
  }

  private void end(Status why, boolean isForAll) {
    subchannel.shutdown();
    this.isUp = false;
    this.end = why;
    this.isForAll = isForAll;
    sweep();
  }

  boolean isEnded() {
    return end != null;
  }

  /**
   * Tells those to leave that have to. One that was just being handed here when the line ended is
   * not known yet, and cannot be cancelled: the watch calls this again.
   */
  void sweep() {
    Status why = end;
    if (why == null) {
      return;
    }
    for (Attempt attempt : attempts) {
      if (isForAll || attempt.kind() == Attempt.Kind.STREAM) {
        attempt.leave(why);
      }
    }
  }

  /** The endpoint did not answer a probe. */
  void silent() {
    onSilence.accept(this);
  }

  @Override
  public String toString() {
    return endpoint.toString();
  }

  /** Tells each attempt that a stream for it is made here; the attempt is that stream's tracer. */
  private final class AttemptTracing extends ClientStreamTracer.Factory {
    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      Attempt attempt = Attempt.of(info.getCallOptions());
      if (attempt != null) {
        attempt.startedOn(Line.this, watch.now());
        return attempt;
      }
      Question<?> question = Question.of(info.getCallOptions());
      return question == null ? super.newClientStreamTracer(info, headers) : question.tracer();
    }
  }
}
