/** See {@link dev.rondo.etcd.lease}. */
module dev.rondo.etcd.lease {
  requires transitive dev.rondo.etcd.balancer;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports dev.rondo.etcd.lease;
}
