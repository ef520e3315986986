/** Members of the cluster, the care for each of them, and its users. */
module dev.rondo.etcd.cluster {
  requires transitive dev.rondo.etcd.balancer;
  requires static transitive org.jspecify;

  exports dev.rondo.etcd.cluster;
}
