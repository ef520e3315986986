package dev.rondo.etcd.integration.differential;

/** What two clusters have answered differently, and to what. */
final class Difference extends AssertionError {
  private static final long serialVersionUID = 1;

  private final transient Program program;

  Difference(String what, Program program) {
    super(what + "\nin" + program);
    this.program = program;
  }

  /** Returns all that was asked, the request that was answered differently last. */
  Program program() {
    return program;
  }
}
