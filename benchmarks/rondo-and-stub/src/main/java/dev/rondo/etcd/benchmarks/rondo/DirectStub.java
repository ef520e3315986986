package dev.rondo.etcd.benchmarks.rondo;

import dev.rondo.etcd.benchmarks.cost.CostWorker;

/** The least that a call over gRPC can cost: the stub without a hand-over to another thread. */
final class DirectStub {
  private DirectStub() {}

  /** Runs a worker. */
  public static void main(String[] arguments) {
    CostWorker.serve(arguments, StubTarget::onEventLoop);
  }
}
