package dev.rondo.etcd.benchmarks.ibm;

import com.google.protobuf.ByteString;
import com.ibm.etcd.api.Event;
import com.ibm.etcd.client.EtcdClient;
import com.ibm.etcd.client.kv.KvClient;
import com.ibm.etcd.client.kv.WatchUpdate;
import dev.rondo.etcd.benchmarks.watches.WatchTarget;
import dev.rondo.etcd.benchmarks.watches.WatchWorker;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** IBM's etcd-java with all its defaults. */
public final class IbmWatches implements WatchTarget {
  private final KvClient kv;
  private final List<KvClient.Watch> open = new ArrayList<>();

  private IbmWatches(int port) {
    kv = EtcdClient.forEndpoint("127.0.0.1", port).withPlainText().build().getKvClient();
  }

  /** Runs a worker. */
  public static void main(String[] arguments) {
    WatchWorker.serve(arguments, IbmWatches::new);
  }

  @Override
  public void open(String prefix, int count, Hearing hearing) throws Exception {
    int first = open.size();
    for (int i = 1; i <= count; i++) {
      open.add(kv.watch(ByteString.copyFromUtf8(prefix + i)).start(new Updates(hearing)));
    }
    for (KvClient.Watch watch : open.subList(first, open.size())) {
      if (!watch.get(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a watch was not created");
      }
    }
  }

  @Override
  public void close() {
    open.forEach(KvClient.Watch::close);
    open.clear();
  }

  private record Updates(Hearing hearing) implements StreamObserver<WatchUpdate> {
    @Override
    public void onNext(WatchUpdate update) {
      long bytes = 0;
      for (Event event : update.getEvents()) {
        bytes += event.getKv().getValue().size();
      }
      hearing.heard(update.getEvents().size(), bytes);
    }

    @Override
    public void onError(Throwable failure) {
      failure.printStackTrace();
    }

    @Override
    public void onCompleted() {}
  }
}
