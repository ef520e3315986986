package dev.rondo.etcd.companion.error;

/** A request is refused. Has no stack trace: it is an answer, not a fault of this server. */
public final class EtcdErrorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final EtcdError error;

  EtcdErrorException(EtcdError error) {
    super(error.text(), null, false, false);
    this.error = error;
  }

  public EtcdError error() {
    return error;
  }
}
