/** Members of the cluster, and the care for each of them. */
module dev.rondo.etcd.cluster {
  requires transitive dev.rondo.etcd.balancer;
  requires static transitive org.jspecify;

  exports dev.rondo.etcd.cluster;
}
