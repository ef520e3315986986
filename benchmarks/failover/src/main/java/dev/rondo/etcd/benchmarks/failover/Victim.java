package dev.rondo.etcd.benchmarks.failover;

/** Whom a fault befalls. */
enum Victim {
  FOLLOWER("follower"),
  LEADER("leader"),
  EACH("each in turn");

  private final String title;

  Victim(String title) {
    this.title = title;
  }

  @Override
  public String toString() {
    return title;
  }
}
