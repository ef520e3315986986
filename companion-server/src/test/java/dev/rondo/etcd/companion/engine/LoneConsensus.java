package dev.rondo.etcd.companion.engine;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.consensus.Leadership;
import dev.rondo.etcd.companion.consensus.NotConfirmedException;
import dev.rondo.etcd.companion.consensus.NotDeliveredException;
import dev.rondo.etcd.companion.consensus.NotProposedException;
import dev.rondo.etcd.companion.consensus.NotProposedException.Reason;
import dev.rondo.etcd.companion.consensus.OutcomeUnknownException;
import dev.rondo.etcd.companion.consensus.StateMachine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A consensus of one member that agrees with itself at once, on the calling thread, and does to the
 * engine whatever a test wants. For one thread.
 */
final class LoneConsensus implements Consensus {
  private record Entry(ByteString bytes, CompletableFuture<Void> proposed) {}

  private final long self;
  private final StateMachine machine;
  private final Queue<Entry> log = new ArrayDeque<>();
  private final List<Entry> held = new ArrayList<>();
  private final List<CompletableFuture<Long>> heldReads = new ArrayList<>();
  final Map<Long, Long> matches = new HashMap<>();
  final List<Configuration> configurations = new ArrayList<>();
  BiFunction<Long, PeerQuestion, CompletableFuture<PeerAnswer>> others =
      (to, question) -> CompletableFuture.failedFuture(new NotDeliveredException("nobody there"));
  @Nullable RuntimeException refusal;
  boolean loses; // the answer, not the entry
  boolean holds;
  boolean holdsReads;
  boolean canReadIndex = true;
  long unapplied;
  int proposals;
  int reads;
  private Leadership leadership;
  private long index;
  private boolean isApplying;

  LoneConsensus(long self, StateMachine machine) {
    this.self = self;
    this.machine = machine;
    this.leadership = new Leadership(1, Leadership.NONE, false);
    this.configurations.add(Configuration.of(Set.of(self)));
  }

  void lead(long term) {
    change(new Leadership(term, self, true));
  }

  void follow(long leader, long term) {
    change(new Leadership(term, leader, false));
  }

  void loseLeader() {
    change(new Leadership(leadership.term(), Leadership.NONE, false));
  }

  private void change(Leadership next) {
    leadership = next;
    machine.leadershipChanged(next);
  }

  @Override
  public CompletableFuture<Void> propose(ByteString bytes) {
    proposals++;
    if (refusal != null) {
      return CompletableFuture.failedFuture(refusal);
    }
    if (!leadership.isKnown()) {
      return CompletableFuture.failedFuture(
          new NotProposedException(Reason.NO_LEADER, "no leader", null));
    }
    var entry = new Entry(bytes, new CompletableFuture<>());
    if (holds) {
      held.add(entry);
    } else {
      commit(entry);
    }
    return entry.proposed;
  }

  /** Commits what was held, and holds nothing more. */
  void commitHeld() {
    holds = false;
    var entries = List.copyOf(held);
    held.clear();
    entries.forEach(this::commit);
  }

  /** An entry that another member proposed. */
  void commit(ByteString bytes) {
    commit(new Entry(bytes, new CompletableFuture<>()));
  }

  private void commit(Entry entry) {
    log.add(entry);
    if (isApplying) {
      return; // whoever applies comes to it
    }
    isApplying = true;
    for (var next = log.poll(); next != null; next = log.poll()) {
      machine.apply(++index, leadership.term(), next.bytes);
      if (loses) {
        next.proposed.completeExceptionally(new OutcomeUnknownException("lost", null));
      } else {
        next.proposed.complete(null);
      }
    }
    isApplying = false;
  }

  @Override
  public CompletableFuture<Long> readIndex() {
    reads++;
    if (!leadership.isKnown() || !canReadIndex) {
      return CompletableFuture.failedFuture(new NotConfirmedException("no leader", null));
    }
    if (holdsReads) {
      var read = new CompletableFuture<Long>();
      heldReads.add(read);
      return read;
    }
    return CompletableFuture.completedFuture(index + unapplied);
  }

  /** Answers what was held with an index, and holds nothing more. */
  void answerReads(long at) {
    holdsReads = false;
    var answered = List.copyOf(heldReads);
    heldReads.clear();
    answered.forEach(read -> read.complete(at));
  }

  @Override
  public Leadership leadership() {
    return leadership;
  }

  @Override
  public long committedIndex() {
    return index + unapplied;
  }

  @Override
  public long appliedIndex() {
    return index;
  }

  @Override
  public OptionalLong matchIndex(long member) {
    if (!leadership.leads()) {
      return OptionalLong.empty();
    }
    var match = member == self ? Long.valueOf(index) : matches.get(member);
    return match == null ? OptionalLong.empty() : OptionalLong.of(match);
  }

  @Override
  public Configuration configuration() {
    return configurations.get(configurations.size() - 1);
  }

  @Override
  public CompletableFuture<Void> reconfigure(Configuration expected, Configuration next) {
    if (!expected.equals(configuration())) {
      return CompletableFuture.failedFuture(
          new NotProposedException(Reason.REFUSED, "another configuration", null));
    }
    configurations.add(next);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> transferLeadership(long target, Duration timeout) {
    if (!configuration().voters().contains(target)) {
      return CompletableFuture.failedFuture(
          new NotProposedException(Reason.REFUSED, "does not vote", null));
    }
    follow(target, leadership.term() + 1);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<ByteString> ask(long member, ByteString message) {
    try {
      return others
          .apply(member, PeerQuestion.parseFrom(message))
          .thenApply(PeerAnswer::toByteString);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public void close() {
    leadership = new Leadership(leadership.term(), Leadership.NONE, false);
  }
}
