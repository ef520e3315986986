package dev.rondo.etcd.benchmarks.failover;

/** How clients talk to members. */
enum Transport {
  PLAINTEXT("plaintext"),
  TLS("TLS");

  private final String title;

  Transport(String title) {
    this.title = title;
  }

  @Override
  public String toString() {
    return title;
  }
}
