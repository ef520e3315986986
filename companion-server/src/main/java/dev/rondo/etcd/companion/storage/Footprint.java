package dev.rondo.etcd.companion.storage;

import java.util.concurrent.atomic.AtomicLong;

/** Roughly how many bytes of memory the versions take. */
final class Footprint {
  /** What objects and references take beside keys and values; measured with a million keys. */
  private static final long OVERHEAD = 200;

  private final AtomicLong inUse = new AtomicLong();
  private final AtomicLong peak = new AtomicLong();

  void add(Version version) {
    long now = inUse.addAndGet(bytes(version));
    peak.accumulateAndGet(now, Math::max);
  }

  void remove(Version version) {
    inUse.addAndGet(-bytes(version));
  }

  long inUse() {
    return inUse.get();
  }

  /** The most that was in use since the last {@link #shrink}. */
  long peak() {
    return peak.get();
  }

  void shrink() {
    peak.set(inUse.get());
  }

  private static long bytes(Version version) {
    return OVERHEAD + version.keyValue().getSerializedSize();
  }
}
