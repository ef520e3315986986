package dev.rondo.etcd.integration.differential;

import com.google.protobuf.Message;
import dev.rondo.etcd.wire.LeaseTimeToLiveResponse;
import io.grpc.Status;

/** What comes back for one {@link Step}, without what two clusters cannot have in common. */
sealed interface Answer {
  /** Returns whether a second that went by between the two is all that they differ in. */
  default boolean agreesWith(Answer other) {
    return equals(other);
  }

  /** An answer that was made. */
  record Given(Message message) implements Answer {
    @Override
    public boolean agreesWith(Answer other) {
      if (other instanceof Given given
          && message instanceof LeaseTimeToLiveResponse mine
          && given.message instanceof LeaseTimeToLiveResponse theirs
          && Math.abs(mine.getTTL() - theirs.getTTL()) <= 1) {
        return mine.toBuilder().setTTL(theirs.getTTL()).build().equals(theirs);
      }
      return equals(other);
    }

    @Override
    public String toString() {
      return Symbols.name(Texts.of(message));
    }
  }

  /** A refusal. */
  record Refused(Status.Code code, String text) implements Answer {
    // Of a URL that was used before: the first within the same second, the second after it.
    private static final String SAME_ID = "etcdserver: member ID already exist";
    private static final String SAME_URLS = "etcdserver: Peer URLs already exists";

    static Refused by(Status status) {
      var text = String.valueOf(status.getDescription());
      return new Refused(status.getCode(), text.equals(SAME_ID) ? SAME_URLS : text);
    }

    @Override
    public String toString() {
      return code + ": " + text;
    }
  }

  /** Nothing, where nothing is to be answered. */
  record Silence() implements Answer {}
}
