package dev.rondo.etcd.companion.consensus.ratis;

import dev.rondo.etcd.companion.consensus.NotConfirmedException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The leader asks the other voters whether they are still in its term. A majority that is, after
 * the question was put, rules out that a later leader committed anything before: to be elected it
 * would have needed one of them in a later term.
 *
 * <p>Ratis has read indexes of its own. They are not used, as a leader that has confirmed one keeps
 * giving it out unconfirmed until its commit index moves, and so answers from the past once it is
 * cut off.
 */
final class ReadIndexRound {
  private final long index;
  private final Quorums quorums;
  private final Set<Long> inTerm = ConcurrentHashMap.newKeySet();
  private final Set<Long> silent = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Long> result = new CompletableFuture<>();

  ReadIndexRound(long self, long index, Quorums quorums) {
    this.index = index;
    this.quorums = quorums;
    inTerm.add(self);
  }

  /**
   * @param isInTerm asks a voter whether it is in the leader's term
   */
  CompletableFuture<Long> start(LongFunction<CompletableFuture<Boolean>> isInTerm) {
    for (long voter : quorums.voters()) {
      if (!inTerm.contains(voter)) {
        var unused =
            isInTerm.apply(voter).whenComplete((yes, failure) -> heard(voter, yes, failure));
      }
    }
    decide();
    return result;
  }

  private void heard(long voter, @Nullable Boolean yes, @Nullable Throwable failure) {
    (failure == null && Boolean.TRUE.equals(yes) ? inTerm : silent).add(voter);
    decide();
  }

  private void decide() {
    if (quorums.agree(inTerm::contains)) {
      result.complete(index);
    } else if (!quorums.agree(voter -> !silent.contains(voter))) {
      result.completeExceptionally(
          new NotConfirmedException("no majority confirms that the leader still is one", null));
    }
  }
}
