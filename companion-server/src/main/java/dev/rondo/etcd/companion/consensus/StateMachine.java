package dev.rondo.etcd.companion.consensus;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;

/**
 * What a member's entries are applied to. {@link #apply}, {@link #prepare} and {@link #load} are
 * called by one thread at a time, in the order of the log. The consensus calls them from before
 * {@code start} returns.
 */
public interface StateMachine {

  /**
   * Applies a committed entry. Indexes come without a gap, and never twice unless {@link #load}
   * went back. An exception stops the member.
   *
   * @param entry empty for the consensus' own entries, which only move the index on
   */
  void apply(long index, long term, ByteString entry);

  /** The state after the last applied entry, to be written while later ones are applied. */
  Saver prepare();

  /** Replaces all state by one that was saved after the entry at {@code index} was applied. */
  void load(long index, long term, InputStream saved) throws IOException;

  /**
   * Term or leader changed, or this member began or ceased to lead. Called by a thread of its own,
   * in order, soon after the change; changes that follow each other closely may come as one.
   */
  void leadershipChanged(Leadership now);

  /** Answers a message of another member. Called by many threads; must not block. */
  CompletableFuture<ByteString> answer(long from, ByteString message);

  /** Writes one fixed state. Used by one thread, not the applying one; closed in any case. */
  interface Saver extends AutoCloseable {
    void write(OutputStream out) throws IOException;

    @Override
    void close();
  }
}
