/** Small programs that show how Rondo is used. */
module dev.rondo.etcd.examples {
  requires dev.rondo.etcd;
  requires static org.jspecify;

  exports dev.rondo.etcd.examples;
}
