package dev.rondo.etcd.companion;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Says what a cluster should be like, and starts it. Without a word it has one member on a free
 * port of the loopback address, without TLS. Made by {@link CompanionCluster#builder}.
 */
public final class CompanionClusterBuilder {
  private static final int MOST_MEMBERS = 9;

  private int members = 1;
  private Timings timings = Timings.CI;
  private @Nullable CompanionTls tls;
  private long quota = CompanionSettings.DEFAULT_QUOTA;
  private Duration watchProgressInterval = CompanionSettings.DEFAULT_PROGRESS_INTERVAL;
  private Duration leaseCheckpointInterval = CompanionSettings.DEFAULT_CHECKPOINT_INTERVAL;
  private boolean preVote = true;
  private boolean strictReconfiguration = true;
  private int snapshotEntries = CompanionSettings.DEFAULT_SNAPSHOT_ENTRIES;
  private final Map<Integer, CompanionMemberOptions> memberOptions = new TreeMap<>();

  CompanionClusterBuilder() {}

  /**
   * Sets the number of members, 1 by default. With 3 one may fail, with 5 two; an even number
   * endures no more than the odd one below it.
   *
   * @param members 1 to 9
   */
  public CompanionClusterBuilder members(int members) {
    if (members < 1 || members > MOST_MEMBERS) {
      throw new IllegalArgumentException(
          "members must be 1 to " + MOST_MEMBERS + ", was " + members);
    }
    this.members = members;
    return this;
  }

  /** Sets how long members wait for each other, {@link Timings#CI} by default. */
  public CompanionClusterBuilder timings(Timings timings) {
    this.timings = timings;
    return this;
  }

  /** Serves clients by TLS. Members, being in one JVM, need none among themselves. */
  public CompanionClusterBuilder tls(CompanionTls tls) {
    this.tls = tls;
    return this;
  }

  /**
   * Says what is particular to a member, counted from 0, such as {@code member(0, member ->
   * member.listen("127.0.0.1", 2379))}.
   */
  public CompanionClusterBuilder member(int member, Consumer<CompanionMemberOptions> options) {
    options.accept(memberOptions.computeIfAbsent(member, any -> new CompanionMemberOptions()));
    return this;
  }

  /**
   * Sets how many bytes a member may store before it raises an alarm and refuses to grow; 2 GiB by
   * default, as etcd's.
   */
  public CompanionClusterBuilder quota(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("quota must be positive, was " + bytes);
    }
    this.quota = bytes;
    return this;
  }

  /**
   * Sets how often a watch that asked for it is told how far it is when nothing happens; ten
   * minutes by default, as etcd's.
   */
  public CompanionClusterBuilder watchProgressInterval(Duration interval) {
    this.watchProgressInterval = positive("watchProgressInterval", interval);
    return this;
  }

  /**
   * Sets how often the leader writes down how much time leases have left, so that the next leader
   * does not begin anew; five minutes by default, as etcd's.
   */
  public CompanionClusterBuilder leaseCheckpointInterval(Duration interval) {
    this.leaseCheckpointInterval = positive("leaseCheckpointInterval", interval);
    return this;
  }

  /**
   * Sets whether a member asks around before it stands for election, so that one that comes back
   * from isolation does not depose the leader (the Raft thesis, section 9.6); true by default.
   */
  public CompanionClusterBuilder preVote(boolean preVote) {
    this.preVote = preVote;
    return this;
  }

  /**
   * Sets whether changes of the membership that could cost the quorum are refused, as etcd's flag
   * {@code --strict-reconfig-check} does; true by default.
   */
  public CompanionClusterBuilder strictReconfiguration(boolean strict) {
    this.strictReconfiguration = strict;
    return this;
  }

  /**
   * Sets after how many entries of its log a member writes a snapshot, 20,000 by default. Members
   * that come later, or were away for long, are sent that instead of the log before it.
   *
   * <p>A quarter as many entries stay in the log whatever the snapshot covers; more do, as the log
   * is dropped in files of 2 MB. Writes that are made at the same time share an entry.
   */
  public CompanionClusterBuilder snapshotEntries(int entries) {
    if (entries < 1) {
      throw new IllegalArgumentException("snapshotEntries must be at least 1, was " + entries);
    }
    this.snapshotEntries = entries;
    return this;
  }

  private static Duration positive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + " must be positive, was " + value);
    }
    return value;
  }

  /**
   * Starts the cluster, and returns once it has a leader and every member serves clients.
   *
   * @throws IllegalStateException if it has not within 30 seconds, if a port is in use, or if what
   *     was asked for contradicts itself
   */
  public CompanionCluster start() {
    var founders = new ArrayList<CompanionMemberOptions>();
    for (int i = 0; i < members; i++) {
      founders.add(memberOptions.getOrDefault(i, new CompanionMemberOptions()));
    }
    for (int member : memberOptions.keySet()) {
      if (member < 0 || member >= members) {
        throw new IllegalStateException(
            "there is no member "
                + member
                + ": they are counted from 0, and there are "
                + members
                + " of them");
      }
    }
    return CompanionCluster.start(
        new CompanionSettings(
            timings,
            tls,
            quota,
            watchProgressInterval,
            leaseCheckpointInterval,
            preVote,
            strictReconfiguration,
            snapshotEntries),
        founders);
  }
}
