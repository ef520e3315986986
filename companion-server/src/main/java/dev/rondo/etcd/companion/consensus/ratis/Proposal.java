package dev.rondo.etcd.companion.consensus.ratis;

import dev.rondo.etcd.companion.consensus.ConsensusException;
import dev.rondo.etcd.companion.consensus.NotProposedException;
import dev.rondo.etcd.companion.consensus.NotProposedException.Reason;
import dev.rondo.etcd.companion.consensus.OutcomeUnknownException;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * An entry on its way into the leader's log. Remembers whether it got there: Ratis gives the same
 * exception for an entry that it refused and for one that it appended before it lost office.
 */
final class Proposal implements Message {
  private final ByteString content;
  private volatile boolean appended;

  Proposal(com.google.protobuf.ByteString entry) {
    // Ratis has a copy of protobuf of its own. The array is nobody else's, so it need not be
    // copied.
    content = UnsafeByteOperations.unsafeWrap(entry.toByteArray());
  }

  @Override
  public ByteString getContent() {
    return content;
  }

  /** Called under the lock of the log, just before the entry gets there. */
  void appended() {
    appended = true;
  }

  ConsensusException failure(Throwable cause) {
    if (appended) {
      return new OutcomeUnknownException(
          "the leader lost office before the entry was applied", cause);
    }
    return cause instanceof ResourceUnavailableException
        ? new NotProposedException(Reason.BUSY, "too many entries wait at the leader", cause)
        : new NotProposedException(Reason.NOT_LEADER, "the member asked does not lead", cause);
  }
}
