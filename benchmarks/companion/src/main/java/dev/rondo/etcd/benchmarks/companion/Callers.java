package dev.rondo.etcd.benchmarks.companion;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads that call by the plain stub, spread over the members. */
final class Callers implements AutoCloseable {
  /** How many keys are called in turn. */
  static final int KEYS = 10_000;

  private static final int CALLERS = 64;
  private static final ByteString VALUE = ByteString.copyFrom(new byte[256]);

  /** What is called over and over. */
  enum Call {
    PUT("put"),
    GET("linearizable get"),
    LOCAL_GET("serializable get");

    private final String words;

    Call(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  private final List<ManagedChannel> channels;
  private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS);

  Callers(List<String> endpoints) {
    channels = endpoints.stream().map(Callers::channel).toList();
  }

  private static ManagedChannel channel(String endpoint) {
    URI url = URI.create(endpoint);
    return NettyChannelBuilder.forAddress(url.getHost(), url.getPort()).usePlaintext().build();
  }

  /** Makes one write. */
  void put() {
    call(stub(0), Call.PUT, 0);
  }

  /** Writes that many keys, each once. */
  void fill(int keys) throws InterruptedException, ExecutionException {
    inAll(
        caller -> {
          for (int i = caller; i < keys; i += CALLERS) {
            call(stub(caller), Call.PUT, i);
          }
          return (long) keys / CALLERS;
        });
  }

  /** Returns how many calls were answered in a second. */
  double perSecond(Call call, Duration duration) throws InterruptedException, ExecutionException {
    long start = System.nanoTime();
    long calls =
        inAll(
            caller -> {
              KVGrpc.KVBlockingStub stub = stub(caller);
              long made = 0;
              for (int i = caller; System.nanoTime() - start < duration.toNanos(); i += CALLERS) {
                call(stub, call, i % KEYS);
                made++;
              }
              return made;
            });
    return calls * 1e9 / (System.nanoTime() - start);
  }

  private interface Work {
    long run(int caller);
  }

  private long inAll(Work work) throws InterruptedException, ExecutionException {
    List<Future<Long>> results = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      int caller = i;
      results.add(threads.submit(() -> work.run(caller)));
    }
    long sum = 0;
    for (Future<Long> result : results) {
      sum += result.get();
    }
    return sum;
  }

  private KVGrpc.KVBlockingStub stub(int caller) {
    return KVGrpc.newBlockingStub(channels.get(caller % channels.size()));
  }

  private static void call(KVGrpc.KVBlockingStub stub, Call call, int number) {
    ByteString key = ByteString.copyFromUtf8("key-" + number);
    KVGrpc.KVBlockingStub limited = stub.withDeadlineAfter(30, TimeUnit.SECONDS);
    switch (call) {
      case PUT -> {
        var unused = limited.put(PutRequest.newBuilder().setKey(key).setValue(VALUE).build());
      }
      case GET, LOCAL_GET -> {
        var unused =
            limited.range(
                RangeRequest.newBuilder()
                    .setKey(key)
                    .setSerializable(call == Call.LOCAL_GET)
                    .build());
      }
    }
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    threads.shutdownNow();
  }
}
