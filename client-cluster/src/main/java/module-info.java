/** See {@link dev.rondo.etcd.cluster}. */
module dev.rondo.etcd.cluster {
  requires transitive dev.rondo.etcd.balancer;
  requires static transitive org.jspecify;


  exports dev.rondo.etcd.cluster;
}
