package dev.rondo.etcd.companion.consensus;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * One member's part in the agreement on a log of entries. Safe for use by many threads; nothing
 * blocks but {@link #close}.
 *
 * <p>Futures complete on a thread of the consensus or of the network, which must not be held up:
 * what depends on them and takes long belongs on another executor. A future of a call that is under
 * way at {@code close} fails.
 */
public interface Consensus extends AutoCloseable {

  /**
   * Appends an entry to the log, through the leader wherever it is. Completes when the leader has
   * applied it; this member may apply it before or after that.
   *
   * <p>Fails with {@link NotProposedException} if the entry surely never will be in the log, and
   * with {@link OutcomeUnknownException} if it may be there now or later. There is no timeout of
   * its own: an entry that a leader without a majority holds stays open until that leader steps
   * down.
   *
   * @param entry not empty, at most {@link #MAX_ENTRY_BYTES}
   */
  CompletableFuture<Void> propose(ByteString entry);

  /** The most bytes that one entry can have. */
  int MAX_ENTRY_BYTES = 4 * 1024 * 1024;

  /**
   * An index that covers every entry that was committed before the call: a member that has applied
   * it answers reads linearizably. Any member may ask, learners included. Calls share nothing with
   * each other: one that serves many reads is cheaper than many.
   *
   * <p>Fails with {@link NotConfirmedException} if no leader is known, or if the leader cannot make
   * sure in time that it still is one.
   */
  CompletableFuture<Long> readIndex();

  /** What this member knows about the leader now. Cheap, takes no lock. */
  Leadership leadership();

  /** Whether this member leads and has applied all that was committed before its term. */
  default boolean isLeader() {
    return leadership().leads();
  }

  /** The last index that this member knows to be committed; 0 if none. */
  long committedIndex();

  /** The last index that the state machine has applied or loaded; 0 if none. */
  long appliedIndex();

  /**
   * The last index that {@code member} is known to have in its log. Empty unless this one leads.
   */
  OptionalLong matchIndex(long member);

  /** Who votes and who learns, as far as this member's log says. */
  Configuration configuration();

  /**
   * Replaces {@code expected} by {@code next}. New members must be running, and are waited for
   * until they have caught up. Only the leader can do it, one change at a time.
   *
   * <p>Fails with {@link NotProposedException} if nothing was changed (another configuration than
   * expected, another change under way, a new member that makes no progress, not the leader), and
   * with {@link OutcomeUnknownException} if leadership was lost on the way.
   */
  CompletableFuture<Void> reconfigure(Configuration expected, Configuration next);

  /**
   * Hands leadership to a voter. Completes when this member has seen it lead. Entries are refused
   * meanwhile.
   *
   * <p>Fails with {@link NotProposedException} if this member does not lead or {@code target} does
   * not vote, and with {@link OutcomeUnknownException} when the time is over.
   */
  CompletableFuture<Void> transferLeadership(long target, Duration timeout);

  /**
   * Sends a message to another member, which {@linkplain StateMachine#answer answers} it. Takes the
   * same links as everything else between members. Fails with {@link NotDeliveredException} if the
   * message surely did not arrive, and with {@link AnswerLostException} if it may have.
   */
  CompletableFuture<ByteString> ask(long member, ByteString message);

  /**
   * Stops at once, as a crash would for the others: nobody is told. What the protocol must keep
   * (log, vote, snapshot) stays in the member's directory. Waits until all threads are gone; a
   * second call does nothing.
   */
  @Override
  void close();
}
