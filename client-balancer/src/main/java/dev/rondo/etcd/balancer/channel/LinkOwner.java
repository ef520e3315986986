package dev.rondo.etcd.balancer.channel;

/** What an {@link EndpointLink} tells its balancer. In gRPC's synchronization context. */
interface LinkOwner {
  /** Whether a member of this cluster may take part. */
  boolean admits(long clusterId);

  /** What a member said of itself. */
  void heard(MemberReport report);

  /** The connection to this endpoint broke. */
  void lost(EndpointLink link);

  /** The link stands otherwise than before. */
  void changed();
}
