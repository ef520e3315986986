package dev.rondo.etcd.companion.lease;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;

/** The replicated state of one lease: changed by the applying thread, read by any. */
final class Lease {
  private final long id;
  private final long grantedSeconds;
  private final Set<ByteString> keys =
      new ConcurrentSkipListSet<>(ByteString.unsignedLexicographicalComparator());
  private volatile long checkpoint; // seconds that remained, 0 if the whole TTL counts

  Lease(long id, long grantedSeconds, long checkpoint) {
    this.id = id;
    this.grantedSeconds = grantedSeconds;
    this.checkpoint = checkpoint;
  }

  long id() {
    return id;
  }

  long grantedSeconds() {
    return grantedSeconds;
  }

  long grantedNanos() {
    return TimeUnit.SECONDS.toNanos(grantedSeconds);
  }

  long checkpoint() {
    return checkpoint;
  }

  void checkpoint(long remainingSeconds) {
    checkpoint = remainingSeconds;
  }

  /** What a new leader gives this lease at least. */
  long remainingNanos() {
    long stored = checkpoint;
    return stored > 0 ? TimeUnit.SECONDS.toNanos(stored) : grantedNanos();
  }

  void attach(ByteString key) {
    keys.add(key);
  }

  void detach(ByteString key) {
    keys.remove(key);
  }

  /** In ascending order. */
  List<ByteString> keys() {
    return List.copyOf(keys);
  }
}
