package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.EndpointFailure;
import dev.rondo.etcd.balancer.EndpointStatus.State;
import io.grpc.Attributes;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.Status;
import io.grpc.SynchronizationContext.ScheduledHandle;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one endpoint connected: looks up its host, connects, asks the member who it is, and does it
 * again at once when it was cut off or fell silent, and after a short and growing while when it
 * could not be reached.
 *
 * <p>Runs in gRPC's synchronization context, but for {@link #standing}.
 */
final class EndpointLink {
  /** A connection that is not up by then never will be: the peer takes it and says nothing. */
  static final Duration CONNECT_LIMIT = Duration.ofSeconds(3);

  /** A learner is asked so often whether it has a vote by now. */
  private static final Duration LEARNER_PAUSE = Duration.ofSeconds(1);

  static final Status CONNECTION_LOST = Status.UNAVAILABLE.withDescription("connection lost");

  static final Status NOT_ANSWERED =
      Status.UNAVAILABLE.withDescription(
          "no answer to the connection within " + CONNECT_LIMIT.toSeconds() + " s");

  private static final Status GAVE_WAY =
      Status.UNAVAILABLE.withDescription("the connection gave way to one with new credentials");

  /** How the endpoint stands, as one value for readers on other threads. */
  record Standing(
      State state,
      Instant since,
      Optional<EndpointFailure> lastFailure,
      @Nullable Line line,
      @Nullable MemberReport report) {}

  private final Endpoint endpoint;
  private final Helper helper;
  private final ChannelSetup setup;
  private final SilenceWatch watch;
  private final LinkOwner owner;
  private final Renewal renewal;
  private final ReconnectBackoff backoff = new ReconnectBackoff(ThreadLocalRandom.current());

  private List<SocketAddress> addresses = List.of();
  private @Nullable Line line;
  private @Nullable MemberReport report; // of the member at the end of the line
  private @Nullable Status lastFailure;
  private @Nullable ScheduledHandle timer; // of the next try, or of the limit on this one
  private int lookups; // so far
  private boolean isLookingUp; // the last of them
  private boolean isIntroducing; // connected, but the member has yet to say who it is
  private boolean isClosed;
  private boolean isPromotionWatched;
  private volatile Standing standing =
      new Standing(State.CONNECTING, Instant.now(), Optional.empty(), null, null);

  EndpointLink(
      Endpoint endpoint, Helper helper, ChannelSetup setup, SilenceWatch watch, LinkOwner owner) {
    this.endpoint = endpoint;
    this.helper = helper;
    this.setup = setup;
    this.watch = watch;
    this.owner = owner;
    this.renewal = new Renewal(this, helper, setup);
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** How it stands at this moment. Called on any thread. */
  Standing standing() {
    return standing;
  }

  boolean isConnected() {
    return standing.state() == State.CONNECTED;
  }

  /** Whether the member may answer more than it can answer alone. */
  boolean isVoter() {
    MemberReport said = report;
    return said == null || !said.isLearner();
  }

  /** What the member said last; null if it does not tell. */
  @Nullable MemberReport report() {
    return report;
  }

  /**
   * Why the endpoint cannot be reached; null while it is connected, or was not tried to the end
   * yet.
   */
  @Nullable Status failure() {
    return standing.state() == State.DISCONNECTED ? lastFailure : null;
  }

  /** Where attempts go; only while connected. */
  Line line() {
    return Objects.requireNonNull(line);
  }

  void connect() {
    stopTimer();
    isIntroducing = false;
    stand(State.CONNECTING);
    int number = ++lookups;
    isLookingUp = true;
    if (!HostLookup.mayBlock(endpoint)) {
      lookUp(number);
      return;
    }
    setup.lookups().execute(() -> lookUp(number));
  }

  private void lookUp(int number) {
    try {
      List<SocketAddress> found = setup.hosts().addresses(endpoint);
      helper.getSynchronizationContext().execute(() -> found(number, () -> connect(found)));
    } catch (UnknownHostException e) {
      Status failure =
          Status.UNAVAILABLE.withDescription("cannot resolve host " + endpoint.host()).withCause(e);
      helper.getSynchronizationContext().execute(() -> found(number, () -> failed(failure)));
    }
  }

  /** Goes on after a lookup, unless gRPC connected by itself meanwhile. */
  private void found(int number, Runnable next) {
    if (isLookingUp && number == lookups && !isClosed) {
      isLookingUp = false;
      next.run();
    }
  }

  private void connect(List<SocketAddress> found) {
    if (line == null || !found.equals(addresses)) {
      retire(Status.UNAVAILABLE.withDescription("the host has other addresses now"));
      addresses = found;
      line = newLine();
    }
    line().connect();
    timer = schedule(this::giveUp, CONNECT_LIMIT.toNanos());
  }

  /** Returns another line to the addresses that were found last, which is not connected yet. */
  Line newLine() {
    Attributes authority =
        Attributes.newBuilder()
            .set(
                EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE,
                setup.credentials().authority(endpoint))
            .build();
    Subchannel subchannel =
        helper.createSubchannel(
            CreateSubchannelArgs.newBuilder()
                .setAddresses(new EquivalentAddressGroup(addresses, authority))
                .addOption(LoadBalancer.DISABLE_SUBCHANNEL_RECONNECT_KEY, true)
                .build());
    Line made = new Line(endpoint, subchannel, watch, this::silent);
    watch.add(made);
    subchannel.start(
        change -> {
          if (made == line) {
            changed(change);
          } else {
            renewal.changed(made, change);
          }
        });
    return made;
  }

  private void changed(ConnectivityStateInfo change) {
    switch (change.getState()) {
      case READY -> introduce();
      case TRANSIENT_FAILURE -> {
        // a call that was picked for a connection that is gone makes gRPC try again by itself; what
        // comes of that is no news while it is being looked up where to try next
        if (!isLookingUp) {
          failed(change.getStatus());
        }
      }
      case IDLE -> cutOff();
      case CONNECTING, SHUTDOWN -> {}
    }
  }

  /** The connection is up; who answers there? The limit on the connection is one on this, too. */
  private void introduce() {
    isLookingUp = false;
    isIntroducing = true;
    Line asked = line();
    askStatus(asked, (said, status) -> introduced(asked, said, status));
  }

  private void askStatus(Line asked, BiConsumer<@Nullable MemberReport, Status> then) {
    setup
        .questions()
        .status(
            asked,
            CONNECT_LIMIT,
            (said, status) ->
                helper.getSynchronizationContext().execute(() -> then.accept(said, status)));
  }

  private void introduced(Line asked, @Nullable MemberReport said, Status status) {
    if (asked != line || !isIntroducing) {
      return; // it broke meanwhile
    }
    isIntroducing = false;
    Status objection = objection(said, status);
    if (objection != null) {
      drop(objection);
    } else {
      connected(said);
    }
  }

  /** Why who answers there cannot take part; who does not tell, as a proxy may, can. */
  @Nullable Status objection(@Nullable MemberReport said, Status status) {
    if (said == null) {
      return Reason.isForeign(status) ? status : null;
    }
    return owner.admits(said.clusterId()) ? null : otherCluster(said);
  }

  private static Status otherCluster(MemberReport said) {
    return Status.FAILED_PRECONDITION
        .withDescription(Code.CLUSTER_ID_MISMATCH.text())
        .withCause(
            new IllegalStateException(
                "a member of cluster "
                    + Long.toHexString(said.clusterId())
                    + " answers there, which is not the cluster of the other endpoints"));
  }

  private void drop(Status why) {
    retire(why);
    failed(why);
  }

  private void connected(@Nullable MemberReport said) {
    stopTimer();
    backoff.reset();
    lastFailure = null;
    introduced(said);
    setup.listener().onEvent(new ConnectionEvent.Connected(endpoint));
    owner.changed();
  }

  private void introduced(@Nullable MemberReport said) {
    report = said;
    line().up();
    stand(State.CONNECTED);
    if (said != null) {
      owner.heard(said);
      watchPromotion();
    }
  }

  /**
   * Puts a connection with the credentials of now in the place of the one there is.
   *
   * @param then called once this endpoint needs no more waiting for
   */
  void renew(Runnable then) {
    if (isConnected() && !isClosed) {
      renewal.start(then);
      return;
    }
    if (timer != null) { // what is being made may have begun with the credentials of before
      retire(GAVE_WAY);
      connect();
    }
    then.run();
  }

  /** Another connection takes the place of the one there is. */
  void succeededBy(Line made, @Nullable MemberReport said) {
    Line before = line();
    line = made;
    introduced(said);
    owner.changed(); // who leaves is to find the new one
    before.retire(GAVE_WAY);
  }

  /** Asks the member again what it says of itself, unless it is being asked. */
  void ask() {
    Line asked = line;
    if (isConnected() && asked != null && asked.mayAsk()) {
      askStatus(asked, (said, status) -> answered(asked, said));
    }
  }

  private void answered(Line asked, @Nullable MemberReport said) {
    asked.wasAnswered();
    if (said == null || asked != line || !isConnected()) {
      return;
    }
    boolean isNews = !said.equals(report);
    report = said;
    stand(State.CONNECTED);
    owner.heard(said);
    watchPromotion();
    if (isNews) {
      owner.changed();
    }
  }

  /**
   * The member refused something. If that is not what it said of itself, it is asked again: a
   * leader that was cut off from the others stays connected to us, and nothing else tells.
   */
  void refused(Code code) {
    MemberReport said = report;
    if (said != null && contradicts(code, said)) {
      ask();
    }
  }

  private static boolean contradicts(Code code, MemberReport said) {
    return switch (code) {
      case NOT_SUPPORTED_FOR_LEARNER -> !said.isLearner();
      case NO_LEADER -> said.leaderId() != 0;
      default -> false;
    };
  }

  /** A learner may have a vote soon, and says so when it is asked. */
  private void watchPromotion() {
    if (!isVoter() && !isPromotionWatched) {
      isPromotionWatched = true;
      schedule(
          () -> {
            isPromotionWatched = false;
            ask(); // whose answer leads here again
          },
          LEARNER_PAUSE.toNanos());
    }
  }

  /**
   * A live connection is gone, or the peer said that it will be (GOAWAY): out of the ring, and
   * connect again.
   */
  private void cutOff() {
    if (!isConnected()) {
      if (isIntroducing) {
        failed(CONNECTION_LOST);
      }
      return;
    }
    disconnected(CONNECTION_LOST);
    connect();
    owner.changed();
  }

  /**
   * The connection looks up, but nobody is there: out of the ring, all attempts told to leave, and
   * connect again.
   */
  private void silent(Line gone) {
    Status why =
        Status.UNAVAILABLE.withDescription(
            "silent: calls were waiting, and a question was not answered either");
    if (gone != line || !isConnected()) {
      gone.abandon(why); // retired before
      return;
    }
    line = null;
    disconnected(why);
    stand(State.CONNECTING);
    owner.changed(); // the attempts are to find the others
    gone.abandon(why);
    connect();
  }

  private void failed(Status failure) {
    if (isClosed) {
      return;
    }
    stopTimer();
    isLookingUp = false;
    isIntroducing = false;
    disconnected(setup.credentials().explained(failure));
    stand(State.DISCONNECTED);
    timer = schedule(this::connect, backoff.nextNanos());
    owner.changed();
  }

  /** The peer took the connection and never finished it. */
  private void giveUp() {
    drop(NOT_ANSWERED);
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
    if (isConnected()) {
      owner.lost(this);
    }
    report = null;
    if (isNews) {
      setup.listener().onEvent(new ConnectionEvent.Disconnected(endpoint, now));
    }
  }

  private void stand(State state) {
    if (state != State.CONNECTED) {
      renewal.stop(); // what is connected from now on has the credentials of now
    }
    Standing before = standing;
    Status failure = lastFailure == null ? renewal.failure() : lastFailure;
    standing =
        new Standing(
            state,
            state == before.state() ? before.since() : Instant.now(),
            Optional.ofNullable(failure).map(why -> Reason.failure(endpoint, why)),
            line,
            report);
  }

  /** Its state is what it was, but what is said of it is not. */
  void stand() {
    stand(standing.state());
  }

  /**
   * Takes no more attempts. Those that are here are finished, but for streams, which are told to
   * leave.
   */
  void close() {
    isClosed = true;
    stopTimer();
    renewal.stop();
    retire(Status.CANCELLED.withDescription("the endpoint was taken out of the list"));
  }

  private void retire(Status why) {
    isIntroducing = false;
    if (line != null) {
      line.retire(why);
      line = null;
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
}
