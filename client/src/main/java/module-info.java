/** All clients of an etcd cluster behind one builder and one close. */
module dev.rondo.etcd {
  requires transitive dev.rondo.etcd.cluster;
  requires transitive dev.rondo.etcd.kv;
  requires transitive dev.rondo.etcd.lease;
  requires static transitive org.jspecify;

  exports dev.rondo.etcd;
}
