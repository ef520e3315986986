package dev.rondo.etcd.companion.consensus.ratis;

import dev.rondo.etcd.companion.consensus.ConsensusException;
import dev.rondo.etcd.companion.consensus.NotProposedException;
import dev.rondo.etcd.companion.consensus.NotProposedException.Reason;
import dev.rondo.etcd.companion.consensus.OutcomeUnknownException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;

/** Turns what Ratis and the network answer into what {@code Consensus} promises. */
final class Answers {
  private Answers() {}

  /** The same answer, with each failure, bare of any wrapping, put in our words. */
  static <R> CompletableFuture<R> translated(
      CompletableFuture<R> answer, Function<Throwable, ConsensusException> translation) {
    var result = new CompletableFuture<R>();
    var unused =
        answer.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                result.complete(value);
              } else {
                result.completeExceptionally(translation.apply(bare(failure)));
              }
            });
    return result;
  }

  /** Ratis answers with a reply that may hold an exception, or fails. */
  static CompletableFuture<Void> replied(
      CompletableFuture<RaftClientReply> reply,
      Function<Throwable, ConsensusException> translation) {
    return translated(reply.thenAccept(Answers::check), translation);
  }

  private static void check(RaftClientReply reply) {
    if (!reply.isSuccess()) {
      throw new CompletionException(reply.getException());
    }
  }

  /**
   * What a failed request to the leader means.
   *
   * @param atOnce whether it failed before it could have had an effect
   */
  static Function<Throwable, ConsensusException> refusal(String what, boolean atOnce) {
    return cause -> {
      if (atOnce || cause instanceof ReconfigurationTimeoutException) {
        return new NotProposedException(
            isNotLeading(cause) ? Reason.NOT_LEADER : Reason.REFUSED,
            what + " was refused: " + cause.getMessage(),
            cause);
      }
      return new OutcomeUnknownException("the outcome of " + what + " is unknown", cause);
    };
  }

  private static boolean isNotLeading(Throwable cause) {
    return cause instanceof NotLeaderException
        || cause instanceof LeaderNotReadyException
        || cause instanceof LeaderSteppingDownException;
  }

  private static Throwable bare(Throwable failure) {
    var bare = failure;
    while (bare instanceof CompletionException && bare.getCause() != null) {
      bare = bare.getCause();
    }
    return bare;
  }
}
