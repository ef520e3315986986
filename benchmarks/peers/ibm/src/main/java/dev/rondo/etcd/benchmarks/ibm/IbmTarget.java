package dev.rondo.etcd.benchmarks.ibm;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import com.ibm.etcd.api.RangeResponse;
import com.ibm.etcd.client.EtcdClient;
import com.ibm.etcd.client.KvStoreClient;
import com.ibm.etcd.client.kv.KvClient;
import dev.rondo.etcd.benchmarks.cost.CostWorker;
import dev.rondo.etcd.benchmarks.cost.Sample;
import dev.rondo.etcd.benchmarks.cost.Target;
import java.util.function.ToIntFunction;

/** IBM's etcd-java with all its defaults. */
public final class IbmTarget implements Target {
  private final ByteString key = ByteString.copyFrom(Sample.key());
  private final ByteString value = ByteString.copyFrom(Sample.value());
  private final KvClient kv;

  private IbmTarget(int port) {
    KvStoreClient client = EtcdClient.forEndpoint("127.0.0.1", port).withPlainText().build();
    kv = client.getKvClient();
  }

  /** Runs a worker. */
  public static void main(String[] arguments) {
    CostWorker.serve(arguments, IbmTarget::new);
  }

  @Override
  public int get() {
    return valueSize(kv.get(key).sync());
  }

  @Override
  public void put() {
    kv.put(key, value).sync();
  }

  @Override
  public void get(Ending ending) {
    Futures.addCallback(
        kv.get(key).async(),
        new Reporting<>(ending, IbmTarget::valueSize),
        MoreExecutors.directExecutor());
  }

  @Override
  public void put(Ending ending) {
    Futures.addCallback(
        kv.put(key, value).async(),
        new Reporting<>(ending, response -> 0),
        MoreExecutors.directExecutor());
  }

  private static int valueSize(RangeResponse response) {
    return response.getKvs(0).getValue().size();
  }

  /** Tells the load how a call ended. */
  private record Reporting<R>(Ending ending, ToIntFunction<R> size) implements FutureCallback<R> {
    @Override
    public void onSuccess(R response) {
      ending.ended(size.applyAsInt(response), null);
    }

    @Override
    public void onFailure(Throwable failure) {
      ending.ended(0, failure);
    }
  }
}
