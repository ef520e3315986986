/** The connection under all Rondo clients: endpoints, balancer, credentials and retry. */
module dev.rondo.etcd.balancer {
  requires transitive dev.rondo.etcd.api;
  requires static transitive org.jspecify;
  requires transitive dev.rondo.etcd.wire;
  requires transitive io.grpc;
  requires transitive io.grpc.netty;
  requires dev.failsafe.core;
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.codec.dns;
  requires io.netty.codec.http2;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.resolver;
  requires io.netty.resolver.dns;
  requires io.netty.transport;
  requires org.slf4j;

  exports dev.rondo.etcd.balancer;
  exports dev.rondo.etcd.balancer.grpc;
  exports dev.rondo.etcd.balancer.internal to
      dev.rondo.etcd.kv,
      dev.rondo.etcd.lease,
      dev.rondo.etcd.cluster;
}
