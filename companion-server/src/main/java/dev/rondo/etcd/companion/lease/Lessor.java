package dev.rondo.etcd.companion.lease;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.storage.Store;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Leases, the keys that hang on them and, on the leader, their time.
 *
 * <p>What is replicated, the leases with their keys and checkpoints, is changed by the applying
 * thread only and knows no clock. Time runs on the leader only: {@link #becomeLeader} starts it for
 * all leases and {@link #resign} stops it, on whichever thread. The leader's member asks now and
 * then which leases have {@link #expired}, and proposes to revoke them.
 *
 * <p>Every method that is not for the applying thread is safe for use by many threads. {@link
 * #exists}, {@link #renew} and {@link #times} never wait for grants or revokes.
 */
public final class Lessor {
  /** The largest TTL that is granted, in seconds, as in etcd. */
  public static final long MAX_TTL_SECONDS = 9_000_000_000L;

  /** How often etcd checkpoints what a long lease has left. */
  public static final Duration CHECKPOINT_INTERVAL = Duration.ofMinutes(5);

  /** How long etcd waits for the revoke of an expired lease before it asks for it again. */
  public static final Duration RETRY_INTERVAL = Duration.ofSeconds(3);

  private final LongSupplier nanoTime;
  private final long minTtlSeconds;
  private final long checkpointInterval;
  private final long retryInterval;

  // Written by the applying thread, under the lock if the clock must follow; replaced by load.
  private volatile Map<Long, Lease> leases = new ConcurrentHashMap<>();
  private final Map<ByteString, Lease> leaseOfKey = new HashMap<>(); // for the applying thread

  // Set under the lock; null unless this member leads.
  private volatile @Nullable LeaderClock clock;

  /**
   * Makes a lessor without leases, on a member that does not lead.
   *
   * @param nanoTime a clock that never goes back, as {@link System#nanoTime}
   * @param minTtlSeconds what is granted at least, the same on every member: {@link #minTtlSeconds}
   * @param checkpointInterval how often the remaining time of leases longer than this is due to be
   *     checkpointed
   * @param retryInterval how long {@link #expired} waits before it names a lease again
   */
  public Lessor(
      LongSupplier nanoTime,
      long minTtlSeconds,
      Duration checkpointInterval,
      Duration retryInterval) {
    this.nanoTime = nanoTime;
    this.minTtlSeconds = minTtlSeconds;
    this.checkpointInterval = checkpointInterval.toNanos();
    this.retryInterval = retryInterval.toNanos();
  }

  /** The shortest TTL, as etcd chooses it: one and a half election timeouts, rounded up. */
  public static long minTtlSeconds(Duration electionTimeout) {
    long nanos = electionTimeout.toNanos() / 2 * 3;
    return -Math.floorDiv(-nanos, TimeUnit.SECONDS.toNanos(1));
  }

  /**
   * Grants a lease. For the applying thread.
   *
   * @param ttlSeconds what is asked for, negative even
   * @return the TTL that it has, in seconds
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException LEASE_NOT_FOUND for the id 0,
   *     LEASE_TTL_TOO_LARGE, LEASE_EXISTS
   */
  public synchronized long grant(long id, long ttlSeconds) {
    if (id == 0) {
      throw EtcdError.LEASE_NOT_FOUND.exception();
    }
    if (ttlSeconds > MAX_TTL_SECONDS) {
      throw EtcdError.LEASE_TTL_TOO_LARGE.exception();
    }
    if (leases.containsKey(id)) {
      throw EtcdError.LEASE_EXISTS.exception();
    }
    var lease = new Lease(id, Math.max(ttlSeconds, minTtlSeconds), 0);
    if (clock != null) {
      clock.start(lease);
    }
    leases.put(id, lease);
    return lease.grantedSeconds();
  }

  /**
   * Forgets a lease. For the applying thread.
   *
   * @return its keys in ascending order, which the caller deletes
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException LEASE_NOT_FOUND
   */
  public synchronized List<ByteString> revoke(long id) {
    var lease = require(id);
    leases.remove(id);
    if (clock != null) {
      clock.stop(id);
    }
    List<ByteString> keys = lease.keys();
    keys.forEach(leaseOfKey::remove);
    return keys;
  }

  /**
   * Hangs a key on a lease, and takes it off the one that it hung on. For the applying thread.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException LEASE_NOT_FOUND; the key then hangs
   *     where it hung
   */
  public void attach(long id, ByteString key) {
    var lease = require(id);
    var former = leaseOfKey.put(key, lease);
    lease.attach(key);
    if (former != null && former != lease) {
      former.detach(key);
    }
  }

  /** Takes a key off a lease, if it hangs on that one. For the applying thread. */
  public void detach(long id, ByteString key) {
    var lease = leases.get(id);
    if (lease != null && leaseOfKey.remove(key, lease)) {
      lease.detach(key);
    }
  }

  /**
   * Stores what a lease had left, for a leader to come; 0 is to say that its whole TTL counts. A
   * lease that is gone is passed over. For the applying thread.
   */
  public synchronized void checkpoint(long id, long remainingSeconds) {
    var lease = leases.get(id);
    if (lease != null) {
      lease.checkpoint(remainingSeconds);
    }
  }

  /** Whether a lease was granted and is not revoked, expired or not. */
  public boolean exists(long id) {
    return leases.containsKey(id);
  }

  /**
   * Whether what a lease had left is stored. If so, its checkpoint must be reset to 0, through the
   * log, before it is renewed: a leader to come would give it too little.
   */
  public boolean hasCheckpoint(long id) {
    var lease = leases.get(id);
    return lease != null && lease.checkpoint() > 0;
  }

  /**
   * All leases: on the leader the one that runs out first comes first, as etcd lists them;
   * elsewhere in the order of their ids, where etcd has none.
   */
  public List<Long> ids() {
    var leading = clock;
    return leading != null ? leading.ids() : leases.keySet().stream().sorted().toList();
  }

  /**
   * Starts the time of all leases: each has what its checkpoint says, or else its whole TTL, and
   * the extension, so that a change of leaders never shortens a lease. If there are many, some get
   * more, so that they do not run out all at once. To be called when all is applied that earlier
   * leaders have had agreed.
   */
  public synchronized void becomeLeader(Duration extension) {
    var started = new LeaderClock(nanoTime, checkpointInterval, retryInterval);
    started.startAll(leases.values(), extension.toNanos());
    clock = started;
  }

  /** Stops the time of all leases. Harmless if this member does not lead. */
  public synchronized void resign() {
    clock = null;
  }

  /**
   * Gives a lease its whole TTL from now on. See {@link #hasCheckpoint} for what comes before.
   *
   * <p>A lease that has run out is not found, even though its keys are there until it is revoked:
   * etcd waits for the revoke and then answers the same. A leader that lost touch with its peers
   * finds that all leases run out, so the caller makes sure first that this member leads still.
   *
   * @return the TTL in seconds
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException LEASE_NOT_FOUND; NOT_LEADER, which
   *     says to ask the leader
   */
  public long renew(long id) {
    var leading = requireClock();
    var countdown = leading.find(id);
    boolean isRenewed = countdown != null && leading.renew(countdown);
    requireStill(leading);
    if (countdown == null || !isRenewed) {
      throw EtcdError.LEASE_NOT_FOUND.exception();
    }
    return countdown.lease().grantedSeconds();
  }

  /**
   * What is known of a lease.
   *
   * @param remainingSeconds rounded towards zero, as etcd does; of a lease that has run out and is
   *     not revoked yet, 0 at first and negative later
   * @param keys in ascending order
   */
  public record Times(long id, long grantedSeconds, long remainingSeconds, List<ByteString> keys) {}

  /**
   * Tells how long a lease has left and what hangs on it. Empty if it is gone.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException NOT_LEADER, which says to ask the
   *     leader
   */
  public Optional<Times> times(long id) {
    var leading = requireClock();
    var times = Optional.ofNullable(leading.find(id)).map(Lessor::timesOf);
    requireStill(leading);
    return times;
  }

  private static Times timesOf(Countdown countdown) {
    var lease = countdown.lease();
    long seconds = TimeUnit.NANOSECONDS.toSeconds(countdown.remaining());
    return new Times(lease.id(), lease.grantedSeconds(), seconds, lease.keys());
  }

  /**
   * Leases that have run out, the one that did so first coming first. Each is named again only
   * after the retry interval, if it is not revoked by then. None if this member does not lead.
   */
  public List<Long> expired(int limit) {
    var leading = clock;
    return leading == null ? List.of() : leading.expired(limit);
  }

  /** What a lease has left, rounded up. */
  public record Checkpoint(long id, long remainingSeconds) {}

  /**
   * Remaining times that are due to be checkpointed: each lease that is longer than the checkpoint
   * interval is looked at once in such an interval. None if this member does not lead.
   */
  public List<Checkpoint> checkpointsDue(int limit) {
    var leading = clock;
    return leading == null ? List.of() : leading.checkpointsDue(limit);
  }

  /**
   * Freezes the leases and their checkpoints; any thread may write them. Their keys are not among
   * it: the keys themselves say which lease they hang on. For the applying thread.
   */
  public Store.Saver save() {
    record Row(long id, long grantedSeconds, long checkpoint) {}
    List<Row> rows =
        leases.values().stream()
            .map(lease -> new Row(lease.id(), lease.grantedSeconds(), lease.checkpoint()))
            .toList();
    return to -> {
      var out = new DataOutputStream(to);
      out.writeInt(rows.size());
      for (Row row : rows) {
        out.writeLong(row.id);
        out.writeLong(row.grantedSeconds);
        out.writeLong(row.checkpoint);
      }
      out.flush();
    };
  }

  /**
   * Replaces all leases by those that were saved, without keys: the caller attaches them. Reads no
   * further than what was saved, in small pieces. This member does not lead afterwards. For the
   * applying thread.
   */
  public void load(InputStream from) throws IOException {
    var in = new DataInputStream(from);
    Map<Long, Lease> loaded = new ConcurrentHashMap<>();
    for (int rows = in.readInt(); rows > 0; rows--) {
      long id = in.readLong();
      loaded.put(id, new Lease(id, in.readLong(), in.readLong()));
    }
    replace(loaded);
  }

  private synchronized void replace(Map<Long, Lease> loaded) {
    clock = null;
    leases = loaded;
    leaseOfKey.clear();
  }

  private Lease require(long id) {
    var lease = leases.get(id);
    if (lease == null) {
      throw EtcdError.LEASE_NOT_FOUND.exception();
    }
    return lease;
  }

  private LeaderClock requireClock() {
    var leading = clock;
    if (leading == null) {
      throw EtcdError.NOT_LEADER.exception();
    }
    return leading;
  }

  /** An answer counts only if the leadership that gave it lasted until it was given. */
  private void requireStill(LeaderClock leading) {
    if (clock != leading) {
      throw EtcdError.NOT_LEADER.exception();
    }
  }
}
