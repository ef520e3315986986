package dev.rondo.etcd.balancer.internal;

/** What every connection is behind its public face. */
public interface CallsSource {
  /** Returns calls over this connection with the default settings. */
  Calls calls();
}
