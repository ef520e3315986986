package dev.rondo.etcd.testing;

/** Runs the members of one cluster. */
public interface ClusterRunner extends AutoCloseable {
  /** Prepares a member; it runs once it is started. */
  EtcdRunner member(MemberPlan plan);

  /**
   * Returns whether the links between members can be made to fail by {@link #link}, without a
   * network namespace for each.
   */
  boolean breaksLinks();

  /**
   * Returns what leads from one member to another.
   *
   * @throws IllegalStateException unless {@link #breaksLinks}
   */
  PeerLink link(EtcdRunner from, EtcdRunner to);

  /** Ends what the members had in common, after they were closed. */
  @Override
  void close();
}
