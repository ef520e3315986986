package dev.rondo.etcd.testing.history;

import static java.util.Comparator.comparingLong;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers in real time: no revision may be known before its write began, or forgotten after. */
final class Timeline {
  private final List<Reply> byRevision;
  private final List<Reply> firstToEnd; // at each index, of the replies by revision from there on

  Timeline(List<Reply> replies) {
    byRevision = new ArrayList<>(replies);
    byRevision.sort(comparingLong(Reply::revision));
    firstToEnd = new ArrayList<>();
    for (int i = byRevision.size() - 1; i >= 0; i--) {
      var reply = byRevision.get(i);
      var later = firstToEnd.isEmpty() ? reply : firstToEnd.get(firstToEnd.size() - 1);
      firstToEnd.add(reply.call().ended() < later.call().ended() ? reply : later);
    }
    Collections.reverse(firstToEnd);
  }

  /** Returns the replies in the order of their revisions. */
  List<Reply> byRevision() {
    return byRevision;
  }

  /** Returns the reply that ended first of those that prove that {@code revision} was written. */
  Optional<Reply> firstProofOf(long revision) {
    int low = 0;
    int high = byRevision.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (byRevision.get(middle).revision() < revision) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == firstToEnd.size() ? Optional.empty() : Optional.of(firstToEnd.get(low));
  }

  /** Returns what contradicts that each answer knew all that was known when it was asked for. */
  Optional<String> objection(long baseline) {
    for (var reply : byRevision) {
      if (goesBack(reply, baseline)) {
        return Optional.of(
            reply + " answered from before the history, which starts after revision " + baseline);
      }
    }
    var byBegin = new ArrayList<>(byRevision);
    byBegin.sort(comparingLong(reply -> reply.call().began()));
    var byEnd = new ArrayList<>(byRevision);
    byEnd.sort(comparingLong(reply -> reply.call().ended()));
    Reply latest = null; // of those that ended, the one with the highest revision
    int ended = 0;
    for (var reply : byBegin) {
      for (; byEnd.get(ended).call().ended() < reply.call().began(); ended++) {
        latest = later(latest, byEnd.get(ended));
      }
      if (latest != null && goesBack(reply, latest.revision())) {
        return Optional.of(goingBack(reply, latest));
      }
    }
    return Optional.empty();
  }

  private static Reply later(@Nullable Reply one, Reply other) {
    return one == null || other.revision() > one.revision() ? other : one;
  }

  private static boolean goesBack(Reply reply, long known) {
    return reply.writes() ? reply.revision() <= known : goesBackAsRead(reply, known);
  }

  private static boolean goesBackAsRead(Reply reply, long known) {
    return reply.revision() < known && !reply.mayBeStale();
  }

  private static String goingBack(Reply reply, Reply latest) {
    return reply
        + " began after the end of "
        + latest
        + " and "
        + (reply.writes() ? "still wrote no later revision" : "still did not know its revision");
  }
}
