package dev.rondo.etcd.balancer.channel;

/** DNS could not say where something is. */
public final class DnsException extends Exception {
  private static final long serialVersionUID = 1;

  /** Says why. */
  public DnsException(String message) {
    super(message);
  }
}
