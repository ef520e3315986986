package dev.rondo.etcd.integration;

import dev.rondo.etcd.companion.CompanionCluster;
import dev.rondo.etcd.companion.CompanionLink;
import dev.rondo.etcd.companion.CompanionMember;
import dev.rondo.etcd.companion.CompanionMemberOptions;
import dev.rondo.etcd.companion.CompanionTls;
import dev.rondo.etcd.companion.Timings;
import dev.rondo.etcd.testing.ClusterPlan;
import dev.rondo.etcd.testing.ClusterRunner;
import dev.rondo.etcd.testing.EtcdRunner;
import dev.rondo.etcd.testing.MemberPlan;
import dev.rondo.etcd.testing.PeerLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A companion cluster that is started member by member, as processes would be. */
final class CompanionRunner implements ClusterRunner {
  private final ClusterPlan plan;
  private final List<Runner> founders = new ArrayList<>();
  private CompanionCluster cluster; // null until the last founder was started

  CompanionRunner(ClusterPlan plan) {
    this.plan = plan;
  }

  @Override
  public EtcdRunner member(MemberPlan member) {
    var runner = new Runner(member);
    if (!member.isJoining()) {
      founders.add(runner);
    }
    return runner;
  }

  @Override
  public boolean breaksLinks() {
    return true;
  }

  @Override
  public PeerLink link(EtcdRunner from, EtcdRunner to) {
    return new Link(cluster.link(((Runner) from).member, ((Runner) to).member));
  }

  @Override
  public void close() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private void found() {
    var builder =
        CompanionCluster.builder()
            .members(plan.members())
            .strictReconfiguration(!plan.flags().contains(CompanionLauncher.LAX_RECONFIGURATION))
            .timings(new Timings(plan.electionTimeout(), plan.heartbeat()));
    plan.quota().ifPresent(builder::quota);
    flag(CompanionLauncher.PROGRESS_INTERVAL)
        .ifPresent(millis -> builder.watchProgressInterval(millis(millis)));
    flag(CompanionLauncher.SNAPSHOT_COUNT)
        .ifPresent(entries -> builder.snapshotEntries(Integer.parseInt(entries)));
    if (founders.get(0).plan.certificate().isPresent()) {
      var tls = CompanionTls.builder();
      plan.clientCa().ifPresent(tls::clientCa);
      builder.tls(tls.build());
    }
    for (int i = 0; i < founders.size(); i++) {
      builder.member(i, founders.get(i)::describe);
    }
    cluster = builder.start();
    for (int i = 0; i < founders.size(); i++) {
      founders.get(i).member = cluster.member(i);
    }
  }

  private Optional<String> flag(String name) {
    return plan.flags().stream()
        .filter(flag -> flag.startsWith(name))
        .map(flag -> flag.substring(name.length()))
        .findFirst();
  }

  /** As etcd writes it, such as {@code 100ms}. */
  private static Duration millis(String text) {
    return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - "ms".length())));
  }

  /** One member. A cluster starts when the last of its first members does. */
  private final class Runner implements EtcdRunner {
    private final MemberPlan plan;
    private CompanionMember member; // null until it was started for the first time
    private boolean started;

    Runner(MemberPlan plan) {
      this.plan = plan;
    }

    void describe(CompanionMemberOptions options) {
      options
          .name(plan.name())
          .listen(plan.clientUrl().getHost(), plan.clientUrl().getPort())
          .advertise(plan.advertisedUrl())
          .peerUrl(plan.peerUrl().toString());
      plan.certificate().ifPresent(own -> options.identity(own.certificate(), own.key()));
    }

    @Override
    public void start() {
      if (member != null) {
        member.restart();
      } else if (plan.isJoining()) {
        member = cluster.join(plan.peerUrl().toString(), this::describe);
      } else {
        started = true;
        if (founders.stream().allMatch(founder -> founder.started)) {
          found();
        }
      }
    }

    @Override
    public void kill() {
      if (isRunning()) {
        member.kill();
      }
    }

    @Override
    public void stop() {
      if (isRunning()) {
        member.stop();
      }
    }

    @Override
    public void pause() {
      member.pause();
    }

    @Override
    public void resume() {
      member.resume();
    }

    @Override
    public boolean isRunning() {
      return member != null && member.isRunning();
    }

    @Override
    public void close() {
      kill();
    }
  }

  private record Link(CompanionLink link) implements PeerLink {
    @Override
    public void cut() {
      link.drop(); // what is lost between members of one JVM is known to be lost at once
    }

    @Override
    public void drop() {
      link.drop();
    }

    @Override
    public void delay(Duration delay) {
      link.delay(delay);
    }

    @Override
    public void heal() {
      link.heal();
    }
  }
}
