package dev.rondo.etcd.integration.differential;

import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdVersion;
import dev.rondo.etcd.wire.HashKVRequest;
import dev.rondo.etcd.wire.MemberPromoteRequest;
import dev.rondo.etcd.wire.WatchRequest;
import java.util.List;
import java.util.function.Predicate;

/** The companion beside each etcd of this run. Used by one thread. */
record Contest(List<Comparison> comparisons) implements AutoCloseable {
  /** Starts nothing before the first program. */
  static Contest of(int members) {
    var real = EtcdBackend.real();
    if (real.isEmpty()) {
      throw new IllegalStateException(
          "no etcd to compare with: install etcd, or name one with -Detcd.bin=/path/to/etcd");
    }
    var companion =
        EtcdBackend.all().stream().filter(backend -> !backend.isReal()).findFirst().orElseThrow();
    return new Contest(
        real.stream()
            .map(
                etcd ->
                    new Comparison(
                        () -> Side.start(companion, members),
                        () -> Side.start(etcd, members),
                        isAnsweredAlikeBy(etcd.version(), members)))
            .toList());
  }

  /**
   * Returns which requests this version answers as etcd 3.5 does.
   *
   * <p>Before 3.5, progress says nothing about watches that begin in the past, so that nobody knows
   * when they were told of everything; the revision that was compacted has no hash; hashes change
   * while a member still compacts; and a follower that is to promote a member that was removed asks
   * the leader again and again until the time is over.
   */
  private static Predicate<Step> isAnsweredAlikeBy(EtcdVersion version, int members) {
    if (version.isAtLeast(3, 5)) {
      return step -> true;
    }
    return step ->
        !(step.request() instanceof WatchRequest watch
                && watch.getCreateRequest().getStartRevision() != 0)
            && !(step.request() instanceof HashKVRequest hash
                && (hash.getRevision() != 0 || members > 1))
            && !(step.request() instanceof MemberPromoteRequest && members > 1);
  }

  void run(Program program) {
    comparisons.forEach(comparison -> comparison.run(program));
  }

  @Override
  public void close() {
    comparisons.forEach(Comparison::close);
  }
}
