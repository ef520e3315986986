package dev.rondo.etcd.companion.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.membership.Members;
import dev.rondo.etcd.wire.Member;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Greets the other members now and then. So the leader hears of who has come up, this member hears
 * whether it was removed while it was away, and knows whom it is connected with. Safe for use by
 * many threads.
 */
final class Neighbours implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(100);

  /** How many periods pass between greetings while all is well. */
  private static final int CALM = 3;

  /** In election timeouts: what etcd's five seconds are at its default. */
  private static final int HEALTHY = 5;

  private static final Duration SILENCE = Duration.ofSeconds(1);

  private static final ByteString GREETING =
      PeerQuestion.newBuilder().setGreeting(Greeting.getDefaultInstance()).build().toByteString();

  private final EngineSettings settings;
  private final Consensus consensus;
  private final Members table;
  private final Removal removal;
  private final Workers workers;
  private final Map<Long, Connection> connections = new ConcurrentHashMap<>();
  private final Future<?> greeting;
  private int periods; // for the scheduler's task

  Neighbours(
      EngineSettings settings,
      Consensus consensus,
      Members table,
      Removal removal,
      Workers workers) {
    this.settings = settings;
    this.consensus = consensus;
    this.table = table;
    this.removal = removal;
    this.workers = workers;
    this.greeting = workers.every(PERIOD, this::greet);
  }

  /** Whom this member is connected with now, itself included. */
  Set<Long> active() {
    return connectedFor(0);
  }

  /** Whom this member has been connected with for a while, itself included. */
  Set<Long> healthy() {
    return connectedFor(settings.electionTimeout().multipliedBy(HEALTHY).toNanos());
  }

  private Set<Long> connectedFor(long nanos) {
    long since = workers.now() - nanos;
    var connected =
        connections.entrySet().stream()
            .filter(entry -> entry.getValue().isUpSince(since))
            .map(Map.Entry::getKey)
            .collect(Collectors.toCollection(HashSet::new));
    connected.add(settings.memberId());
    return connected;
  }

  /** Whether the connection with a member, or with itself, has lasted from that time on. */
  boolean isConnectedSince(long time, long member) {
    var connection = connections.get(member);
    return member == settings.memberId() || (connection != null && connection.isUpSince(time));
  }

  /** The same of a majority of the voters. */
  boolean isConnectedToQuorumSince(long time) {
    var voters = table.list().stream().filter(member -> !member.getIsLearner()).toList();
    long connected = voters.stream().filter(voter -> isConnectedSince(time, voter.getID())).count();
    return connected > voters.size() / 2;
  }

  private void greet() {
    boolean isDue = periods++ % CALM == 0;
    if (isDue || !consensus.leadership().isKnown()) {
      var others = others();
      connections.keySet().retainAll(others);
      for (long other : others) {
        connections.computeIfAbsent(other, Connection::new).greet();
      }
    }
  }

  private Set<Long> others() {
    var others = new HashSet<>(settings.contacts());
    table.list().stream().map(Member::getID).forEach(others::add);
    others.removeIf(table::isRemoved);
    others.remove(settings.memberId());
    return others;
  }

  private void welcomed(ByteString answer) {
    try {
      if (PeerAnswer.parseFrom(answer).getWelcome().getRemoved()) {
        removal.removed(settings.memberId());
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a member's answer cannot be read", e);
    }
  }

  @Override
  public void close() {
    greeting.cancel(false);
  }

  /** With one other member. */
  private final class Connection {
    private final long member;
    private final AtomicBoolean isAsking = new AtomicBoolean();
    private volatile boolean isUp;
    private volatile long since;
    private volatile long heard;

    Connection(long member) {
      this.member = member;
    }

    /** One that does not answer for a while is down, even if no call fails. */
    boolean isUpSince(long time) {
      return isUp && since - time <= 0 && workers.now() - heard < SILENCE.toNanos();
    }

    void greet() {
      if (isAsking.compareAndSet(false, true)) {
        var unused = consensus.ask(member, GREETING).whenComplete(this::answered);
      }
    }

    private void answered(@Nullable ByteString answer, @Nullable Throwable failure) {
      long now = workers.now();
      boolean wasUp = isUpSince(now);
      heard = now;
      if (answer != null && !wasUp) {
        since = now;
      }
      isUp = answer != null;
      isAsking.set(false);
      if (answer != null) {
        welcomed(answer);
      }
    }
  }
}
