/** See {@link dev.rondo.etcd.kv}. */
module dev.rondo.etcd.kv {
  requires transitive dev.rondo.etcd.balancer;
  requires static transitive org.jspecify;

  exports dev.rondo.etcd.kv;
}
