package dev.rondo.etcd.benchmarks.rondo;

import dev.rondo.etcd.benchmarks.Worker;

/** The least that a call over gRPC can cost: the stub without a hand-over to another thread. */
final class DirectStub {
  private DirectStub() {}

  /** Runs a worker. */
  public static void main(String[] arguments) {
    Worker.serve(arguments, StubTarget::onEventLoop);
  }
}
