package dev.rondo.etcd.benchmarks.rondo;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.benchmarks.cost.CostWorker;
import dev.rondo.etcd.benchmarks.cost.Sample;
import dev.rondo.etcd.benchmarks.cost.Target;
import dev.rondo.etcd.kv.AsyncKvClient;
import dev.rondo.etcd.kv.KvClient;
import java.time.Duration;

/** Rondo with all its defaults. */
public final class RondoTarget implements Target {
  private final Bytes key = Bytes.of(Sample.key());
  private final Bytes value = Bytes.of(Sample.value());
  private final KvClient kv;
  private final AsyncKvClient async;

  private RondoTarget(int port) {
    Connection connection = Connection.builder().endpoints("http://127.0.0.1:" + port).build();
    connection.awaitReady(Duration.ofSeconds(10));
    kv = KvClient.over(connection);
    async = kv.async();
  }

  /** Runs a worker. */
  public static void main(String[] arguments) {
    CostWorker.serve(arguments, RondoTarget::new);
  }

  @Override
  public int get() {
    return kv.get(key).orElseThrow().value().size();
  }

  @Override
  public void put() {
    var unused = kv.put(key, value);
  }

  @Override
  public void get(Ending ending) {
    var unused =
        async
            .get(key)
            .whenComplete(
                (found, failure) ->
                    ending.ended(
                        failure == null ? found.orElseThrow().value().size() : 0, failure));
  }

  @Override
  public void put(Ending ending) {
    var unused = async.put(key, value).whenComplete((done, failure) -> ending.ended(0, failure));
  }
}
