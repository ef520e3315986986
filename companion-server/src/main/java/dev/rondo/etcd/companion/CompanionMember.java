package dev.rondo.etcd.companion;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.rpc.MemberServer;
import dev.rondo.etcd.companion.rpc.WatchService;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One member of a {@link CompanionCluster}. Its faults act on clients as they would between
 * processes: a killed member resets connections and refuses new ones, a paused one keeps them open
 * and silent. Safe for use by many threads.
 */
public final class CompanionMember {
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final CompanionCluster cluster;
  private final Births births;
  private final long id;
  private final String name;
  private final String peerUrl;
  private final String endpoint;
  private final String advertised;
  private final Configuration initial;
  private final MemberServer server;
  private volatile @Nullable Life life; // set under the lock; null while it is down
  private volatile boolean paused; // set under the lock
  private volatile boolean isolated; // set under the lock
  private long lives; // guarded by this

  CompanionMember(
      CompanionCluster cluster,
      Births births,
      long id,
      String name,
      String peerUrl,
      String endpoint,
      String advertised,
      Configuration initial,
      MemberServer server) {
    this.cluster = cluster;
    this.births = births;
    this.id = id;
    this.name = name;
    this.peerUrl = peerUrl;
    this.endpoint = endpoint;
    this.advertised = advertised;
    this.initial = initial;
    this.server = server;
  }

  /** The name, such as {@code m0}. */
  public String name() {
    return name;
  }

  /** The id, by which answers name the member. */
  public long id() {
    return id;
  }

  /** The URL at which it serves clients, the same over all restarts. */
  public String endpoint() {
    return endpoint;
  }

  /** The URL under which the member list shows it to peers. */
  public String peerUrl() {
    return peerUrl;
  }

  String advertised() {
    return advertised;
  }

  /** Who was in the cluster when this member came into it, itself included. */
  Configuration initial() {
    return initial;
  }

  /** Whether it was neither killed nor stopped; a paused member is running. */
  public boolean isRunning() {
    return life != null;
  }

  /** Whether it leads the cluster as far as it knows itself, and is ready to. */
  public boolean isLeader() {
    var now = life;
    return now != null && now.engine().leadership().leads();
  }

  /** Whether it only learns, as far as it knows itself. */
  public boolean isLearner() {
    var now = life;
    return now != null && now.engine().isLearner();
  }

  /** Whether no fault of its own keeps it from the others. */
  boolean shouldTakePart() {
    return life != null && !paused && !isolated;
  }

  /** Whether it knows that this member leads, and has told its own name. */
  boolean follows(long leader) {
    var now = life;
    return now != null
        && now.engine().self().filter(self -> self.getClientURLsCount() > 0).isPresent()
        && now.engine().leadership().leader() == leader;
  }

  long term() {
    var now = life;
    return now == null ? 0 : now.engine().leadership().term();
  }

  synchronized void start() {
    lives++;
    note(lives == 1 ? "starts" : "restarts");
    var born = births.give(this, lives);
    life = born;
    born.engine().onRemoved(this::removed);
    born.engine().store().onLoad(() -> note("took over the leader's snapshot"));
    born.engine().onLeadership(() -> note("knows " + born.engine().leadership()));
    server.start(born.engine(), new WatchService(born.watches()));
  }

  /**
   * Ends it at once, as a power cut would: nobody is told, and connections are reset. What it had
   * agreed to stays, for {@link #restart}.
   *
   * @throws IllegalStateException if it is down already
   */
  public synchronized void kill() {
    running();
    note("killed");
    end(server::kill);
  }

  /**
   * Ends it gently: a leader hands over first, and clients are told to go elsewhere.
   *
   * @throws IllegalStateException if it is down already
   */
  public synchronized void stop() {
    running();
    if (isLeader()) {
      cluster.handOver(this);
    }
    note("stopped");
    end(() -> server.stop(GRACE));
  }

  private void end(Runnable ending) {
    ending.run();
    running().engine().close();
    life = null;
    if (paused) {
      paused = false;
      cluster.faults().resume(id);
    }
  }

  /**
   * Starts it again with what it had agreed to, killing it first if it runs. Returns when it serves
   * clients, which may be before it knows a leader.
   */
  public synchronized void restart() {
    if (life != null) {
      kill();
    }
    start();
  }

  /**
   * Freezes it: connections, new ones included, stay open, and nothing is answered, neither to
   * clients nor to other members.
   *
   * @throws IllegalStateException if it is down
   */
  public synchronized void pause() {
    running();
    if (!paused) {
      note("paused");
      paused = true;
      cluster.faults().pause(id);
      server.pause();
    }
  }

  /**
   * Lets a frozen member go on; what came in meanwhile is answered now. Does nothing if it is not
   * frozen.
   */
  public synchronized void resume() {
    if (paused) {
      note("resumed");
      paused = false;
      cluster.faults().resume(id);
      server.resume();
    }
  }

  /**
   * Cuts it off from all other members, both ways; clients still reach it.
   *
   * @throws IllegalStateException if it is down
   */
  public synchronized void isolate() {
    running();
    note("isolated");
    isolated = true;
    cluster.faults().isolate(id);
  }

  /** Ends all faults of its links, both ways, those of single links included. */
  public synchronized void heal() {
    note("healed");
    isolated = false;
    cluster.faults().heal(id);
  }

  Life running() {
    var now = life;
    if (now == null) {
      throw new IllegalStateException(name + " is down: restart() it first");
    }
    return now;
  }

  /** The others have removed it: it ends as if it were killed. */
  private synchronized void removed() {
    if (life != null) {
      note("was removed from the cluster");
      end(server::kill);
    }
  }

  private void note(String what) {
    cluster.journal().note(name, what);
  }

  synchronized void close() {
    if (life != null) {
      end(server::kill);
    }
    server.close();
  }

  @Override
  public String toString() {
    return name + " at " + endpoint;
  }
}
