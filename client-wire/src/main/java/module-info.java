/** etcd's wire contract, for Rondo's own modules only. */
module dev.rondo.etcd.wire {
  requires transitive com.google.common;
  requires transitive com.google.protobuf;
  requires transitive io.grpc;
  requires transitive io.grpc.protobuf;
  requires transitive io.grpc.stub;

  exports dev.rondo.etcd.wire to
      dev.rondo.etcd.balancer,
      dev.rondo.etcd.kv,
      dev.rondo.etcd.lease,
      dev.rondo.etcd.cluster,
      dev.rondo.etcd.companion;
}
