package dev.rondo.etcd.examples.failover;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.companion.CompanionCluster;
import dev.rondo.etcd.companion.CompanionMember;
import dev.rondo.etcd.lease.KeptLease;
import java.time.Duration;

/**
 * Starts a cluster of three members in this JVM, uses it, kills the member that answered last, and
 * tells what the client notices. Needs nothing installed.
 */
public final class Failover {
  private static final Duration DOWN = Duration.ofSeconds(2);

  private Failover() {}

  /** Runs for about ten seconds. */
  public static void main(String[] arguments) throws InterruptedException {
    Story story = new Story();
    story.tell("starting three members in this JVM");
    try (CompanionCluster cluster = CompanionCluster.builder().members(3).start();
        Etcd etcd = Etcd.builder().endpoints(cluster.endpoints()).listener(story::tell).build()) {
      story.tell("they serve at " + cluster.endpoints());
      etcd.connection().awaitReady(Duration.ofSeconds(10));
      use(etcd, story);
      survive(cluster, etcd, story);
    }
    story.tell("the end");
  }

  private static void use(Etcd etcd, Story story) {
    etcd.kv().put("orders/17", "paid");
    story.tell(
        "wrote and read: order 17 is " + etcd.kv().get("orders/17").orElseThrow().value().utf8());
    etcd.cluster()
        .list()
        .members()
        .forEach(member -> story.tell("member " + member.name() + " " + member.clientUrls()));
  }

  private static void survive(CompanionCluster cluster, Etcd etcd, Story story)
      throws InterruptedException {
    Load load = Load.start(etcd.kv());
    try (KeptLease lease = etcd.leases().keep(Duration.ofSeconds(5))) {
      etcd.kv().put("workers/a", "here", put -> put.lease(lease.id()));
      story.tell("keeping lease " + lease.id() + " while one thread reads and one writes");
      Thread.sleep(2000);

      CompanionMember inUse = lastToAnswer(cluster, etcd);
      story.tell(
          "killing "
              + inUse.name()
              + ", which answered last"
              + (inUse.isLeader() ? " and leads" : ""));
      inUse.kill();
      story.tell(cluster.awaitLeader().name() + " leads");
      Thread.sleep(DOWN.toMillis());

      story.tell("restarting " + inUse.name());
      inUse.restart();
      Thread.sleep(2000);

      load.stop();
      story.tell("lease " + lease.id() + " is " + lease.state());
      load.figures().forEach(story::tell);
    }
  }

  private static CompanionMember lastToAnswer(CompanionCluster cluster, Etcd etcd) {
    MemberId answered = etcd.kv().get(KeyRange.key("orders/17")).header().memberId();
    return cluster.members().stream()
        .filter(member -> member.id() == answered.value())
        .findAny()
        .orElseThrow();
  }
}
