/** See {@link dev.rondo.etcd.kv}. */
module dev.rondo.etcd.kv {
  requires transitive dev.rondo.etcd.balancer;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports dev.rondo.etcd.kv;
}
