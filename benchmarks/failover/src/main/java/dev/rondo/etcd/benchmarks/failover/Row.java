package dev.rondo.etcd.benchmarks.failover;

/** What is measured at once: all clients over one transport, under one fault of one victim. */
record Row(Transport transport, Fault fault, Victim victim) {
  /** Whether what used to answer a share of the calls falls silent, and nothing else changes. */
  boolean isSilentFollower() {
    return fault.isSilent() && victim == Victim.FOLLOWER;
  }

  @Override
  public String toString() {
    return transport + ", " + fault + ", " + victim;
  }
}
