package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.companion.engine.Engine;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** What decides, at the time of a request, whether a member takes it at all. */
record Standing(BooleanSupplier hasLeader, BooleanSupplier isLearner, Duration electionTimeout) {
  static Standing of(Engine engine) {
    return new Standing(engine::hasLeader, engine::isLearner, engine.electionTimeout());
  }
}
