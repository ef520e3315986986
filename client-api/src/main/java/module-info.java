/** Values, options, errors and codecs that all Rondo clients share. */
module dev.rondo.etcd.api {
  requires static transitive org.jspecify;

  exports dev.rondo.etcd.api;
  exports dev.rondo.etcd.api.internal to
      dev.rondo.etcd.balancer;
}
