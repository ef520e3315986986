package dev.rondo.etcd.companion;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.consensus.MemberSettings;
import dev.rondo.etcd.companion.consensus.StateMachine;
import dev.rondo.etcd.companion.consensus.ratis.RatisConsensus;
import dev.rondo.etcd.companion.engine.Engine;
import dev.rondo.etcd.companion.engine.EngineSettings;
import dev.rondo.etcd.companion.engine.Workers;
import dev.rondo.etcd.companion.lease.Lessor;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.companion.watch.WatchHub;
import dev.rondo.etcd.companion.watch.WatchSettings;
import dev.rondo.etcd.wire.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;

/** Brings members to life, for the first time and again. */
final class Births {
  private final CompanionSettings settings;
  private final Ground ground;
  private long clusterId;
  private List<Member> founders = List.of();

  Births(CompanionSettings settings, Ground ground) {
    this.settings = settings;
    this.ground = ground;
  }

  /** Says whom the cluster begins with; called once, before anybody is born. */
  void found(long clusterId, List<Member> founders) {
    this.clusterId = clusterId;
    this.founders = List.copyOf(founders);
  }

  /** What a member that comes into a running cluster starts with: it learns first, as all do. */
  static Configuration joining(long id, List<Member> members) {
    var voters = new HashSet<Long>();
    var learners = new HashSet<Long>();
    for (var member : members) {
      boolean isVoter =
          !member.getIsLearner() && member.getID() != id && !member.getName().isEmpty();
      (isVoter ? voters : learners).add(member.getID());
    }
    return new Configuration(voters, learners);
  }

  /** Starts a member; it takes part at once. */
  Life give(CompanionMember member, long lives) {
    var timings = settings.timings();
    var store = new Store(ground.background());
    var hub =
        new WatchHub(
            store,
            ground.streams(),
            ground.scheduler(),
            revision -> member.running().engine().header(revision),
            new WatchSettings(
                settings.watchProgressInterval(), WatchSettings.DEFAULT.fragmentBytes()));
    var leases =
        new Lessor(
            System::nanoTime,
            Lessor.minTtlSeconds(timings.electionTimeout()),
            settings.leaseCheckpointInterval(),
            Lessor.RETRY_INTERVAL);
    var engine =
        Engine.start(
            new EngineSettings(
                clusterId,
                member.id(),
                lives,
                member.name(),
                List.of(member.advertised()),
                founders,
                member.initial().voters(),
                timings.electionTimeout(),
                settings.quota(),
                settings.strictReconfiguration()),
            new Workers(ground.scheduler(), System::nanoTime, ground.readers()),
            store,
            leases,
            machine -> consensus(member, machine));
    return new Life(engine, hub);
  }

  private Consensus consensus(CompanionMember member, StateMachine machine) {
    var timings = settings.timings();
    var membership =
        new MemberSettings(
            member.id(),
            member.initial(),
            ground.folder().resolve(Long.toHexString(member.id())),
            dev.rondo.etcd.companion.consensus.Timings.of(
                timings.electionTimeout(), timings.heartbeat()),
            settings.preVote(),
            settings.snapshotEntries(),
            settings.keptEntries());
    try {
      return RatisConsensus.start(membership, ground.network(), machine);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + member, e);
    }
  }
}
