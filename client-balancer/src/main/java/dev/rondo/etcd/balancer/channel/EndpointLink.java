package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.EndpointFailure;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.balancer.EndpointStatus.State;
import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.SynchronizationContext.ScheduledHandle;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one endpoint connected: looks up its host, connects, and does it again at once when it was
 * cut off, and after a short and growing while when it could not be reached.
 *
 * <p>Everything but the attempts on it runs in gRPC's synchronization context.
 */
final class EndpointLink {
  /** A connection that is not up by then never will be: the peer takes it and says nothing. */
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(3);

  private final Endpoint endpoint;
  private final Helper helper;
  private final ChannelSetup setup;
  private final Runnable onChange;
  private final ReconnectBackoff backoff = new ReconnectBackoff(ThreadLocalRandom.current());
  private final Set<Attempt> attempts = ConcurrentHashMap.newKeySet();
  private final ClientStreamTracer.Factory tracing = new AttemptTracing();

  private State state = State.CONNECTING;
  private @Nullable Status lastFailure;
  private List<SocketAddress> addresses = List.of();
  private @Nullable Subchannel subchannel;
  private @Nullable PickResult pick;
  private @Nullable ScheduledHandle timer; // of the next try, or of the limit on this one
  private boolean isClosed;

  EndpointLink(Endpoint endpoint, Helper helper, ChannelSetup setup, Runnable onChange) {
    this.endpoint = endpoint;
    this.helper = helper;
    this.setup = setup;
    this.onChange = onChange;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  EndpointStatus status() {
    return new EndpointStatus(
        endpoint,
        state,
        Optional.ofNullable(lastFailure).map(failure -> Reason.failure(endpoint, failure)));
  }

  boolean isConnected() {
    return state == State.CONNECTED;
  }

  /**
   * Why the endpoint cannot be reached; null while it is connected, or was not tried to the end
   * yet.
   */
  @Nullable Status failure() {
    return state == State.DISCONNECTED ? lastFailure : null;
  }

  /** The answer for a call that is to go here; only while connected. */
  PickResult pick() {
    return Objects.requireNonNull(pick);
  }

  void connect() {
    stopTimer();
    state = State.CONNECTING;
    if (!HostLookup.mayBlock(endpoint)) {
      lookUp();
      return;
    }
    setup.lookups().execute(this::lookUp);
  }

  private void lookUp() {
    try {
      List<SocketAddress> found = setup.hosts().addresses(endpoint);
      helper.getSynchronizationContext().execute(() -> connect(found));
    } catch (UnknownHostException e) {
      Status failure =
          Status.UNAVAILABLE.withDescription("cannot resolve host " + endpoint.host()).withCause(e);
      helper.getSynchronizationContext().execute(() -> failed(failure));
    }
  }

  private void connect(List<SocketAddress> found) {
    if (isClosed) {
      return;
    }
    if (subchannel == null || !found.equals(addresses)) {
      replaceSubchannel(found);
    }
    Objects.requireNonNull(subchannel).requestConnection();
    timer = schedule(this::abandon, CONNECT_LIMIT.toNanos());
  }

  private void replaceSubchannel(List<SocketAddress> found) {
    dropSubchannel();
    addresses = found;
    Attributes authority =
        Attributes.newBuilder()
            .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, setup.authority().apply(endpoint))
            .build();
    Subchannel made =
        helper.createSubchannel(
            CreateSubchannelArgs.newBuilder()
                .setAddresses(new EquivalentAddressGroup(found, authority))
                .addOption(LoadBalancer.DISABLE_SUBCHANNEL_RECONNECT_KEY, true)
                .build());
    subchannel = made;
    pick = PickResult.withSubchannel(made, tracing);
    made.start(
        change -> {
          if (made == subchannel) {
            changed(change);
          }
        });
  }

  private void changed(ConnectivityStateInfo change) {
    switch (change.getState()) {
      case READY -> connected();
      case TRANSIENT_FAILURE -> failed(change.getStatus());
      case IDLE -> cutOff();
      case CONNECTING, SHUTDOWN -> {}
    }
  }

  private void connected() {
    stopTimer();
    backoff.reset();
    state = State.CONNECTED;
    lastFailure = null;
    setup.listener().onEvent(new ConnectionEvent.Connected(endpoint));
    onChange.run();
  }

  /**
   * A live connection is gone, or the peer said that it will be (GOAWAY): out of the ring, and
   * connect again.
   */
  private void cutOff() {
    if (state != State.CONNECTED) {
      return;
    }
    disconnected(Status.UNAVAILABLE.withDescription("connection lost"));
    connect();
    onChange.run();
  }

  private void failed(Status failure) {
    if (isClosed) {
      return;
    }
    stopTimer();
    disconnected(failure);
    state = State.DISCONNECTED;
    timer = schedule(this::connect, backoff.nextNanos());
    onChange.run();
  }

  /** The peer took the connection and never finished it. */
  private void abandon() {
    dropSubchannel();
    failed(
        Status.UNAVAILABLE.withDescription(
            "no answer to the connection within " + CONNECT_LIMIT.toSeconds() + " s"));
  }

  /**
   * Tells of it once, and again only when a try fails under another code: the words may alternate
   * from try to try.
   */
  private void disconnected(Status failure) {
    EndpointFailure now = Reason.failure(endpoint, failure);
    boolean isNews =
        lastFailure == null || Reason.failure(endpoint, lastFailure).code() != now.code();
    lastFailure = failure;
    if (isNews) {
      setup.listener().onEvent(new ConnectionEvent.Disconnected(endpoint, now));
    }
  }

  /**
   * Takes no more attempts. Those that are here are finished, but for streams, which are told to
   * leave.
   */
  void close() {
    isClosed = true;
    stopTimer();
    dropSubchannel();
    attempts.forEach(Attempt::endpointGone);
  }

  void add(Attempt attempt) {
    attempts.add(attempt);
  }

  void remove(Attempt attempt) {
    attempts.remove(attempt);
  }

  private void dropSubchannel() {
    if (subchannel != null) {
      subchannel.shutdown();
      subchannel = null;
      pick = null;
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private ScheduledHandle schedule(Runnable task, long nanos) {
    return helper
        .getSynchronizationContext()
        .schedule(task, nanos, TimeUnit.NANOSECONDS, helper.getScheduledExecutorService());
  }

  /**
   * Tells each attempt that a stream for it is made here; the attempt is the tracer of its own
   * stream.
   */
  private final class AttemptTracing extends ClientStreamTracer.Factory {
    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      Attempt attempt = Attempt.of(info.getCallOptions());
      if (attempt == null) {
        return super.newClientStreamTracer(info, headers);
      }
      attempt.startedOn(EndpointLink.this);
      return attempt;
    }
  }
}
