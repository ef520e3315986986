package dev.rondo.etcd.benchmarks.jetcd;

import dev.rondo.etcd.benchmarks.cost.CostWorker;
import dev.rondo.etcd.benchmarks.cost.Sample;
import dev.rondo.etcd.benchmarks.cost.Target;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.kv.GetResponse;
import java.util.concurrent.ExecutionException;

/** jetcd with all its defaults. It has no blocking calls, so a caller waits for the future. */
public final class JetcdTarget implements Target {
  private final ByteSequence key = ByteSequence.from(Sample.key());
  private final ByteSequence value = ByteSequence.from(Sample.value());
  private final KV kv;

  private JetcdTarget(int port) {
    Client client = Client.builder().endpoints("http://127.0.0.1:" + port).build();
    kv = client.getKVClient();
  }

  /** Runs a worker. */
  public static void main(String[] arguments) {
    CostWorker.serve(arguments, JetcdTarget::new);
  }

  @Override
  public int get() throws ExecutionException, InterruptedException {
    return valueSize(kv.get(key).get());
  }

  @Override
  public void put() throws ExecutionException, InterruptedException {
    kv.put(key, value).get();
  }

  @Override
  public void get(Ending ending) {
    kv.get(key)
        .whenComplete(
            (response, failure) ->
                ending.ended(failure == null ? valueSize(response) : 0, failure));
  }

  @Override
  public void put(Ending ending) {
    kv.put(key, value).whenComplete((response, failure) -> ending.ended(0, failure));
  }

  private static int valueSize(GetResponse response) {
    return response.getKvs().get(0).getValue().size();
  }
}
