package dev.rondo.etcd.benchmarks.jetcd;

import dev.rondo.etcd.benchmarks.faults.FaultTarget;
import dev.rondo.etcd.benchmarks.faults.FaultWorker;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KV;
import io.grpc.netty.GrpcSslContexts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * jetcd with its defaults, but for pings that find a dead connection as soon as gRPC allows. Its
 * calls have no deadline, so a caller waits for the future as long as it may, and then cancels it.
 */
public final class JetcdUnderFaults implements FaultTarget {
  private final KV kv;

  private JetcdUnderFaults(List<String> endpoints, Optional<Path> ca) throws SSLException {
    ClientBuilder builder =
        Client.builder()
            .endpoints(endpoints.toArray(String[]::new))
            .keepaliveTime(Duration.ofSeconds(10)) // instead of 30 s
            .keepaliveTimeout(Duration.ofSeconds(3)); // instead of 10 s
    if (ca.isPresent()) {
      builder.sslContext(GrpcSslContexts.forClient().trustManager(ca.get().toFile()).build());
    }
    kv = builder.build().getKVClient();
  }

  /** Runs a worker. */
  public static void main(String[] arguments) {
    FaultWorker.serve(arguments, JetcdUnderFaults::new);
  }

  @Override
  public long read(String key) throws Exception {
    return within(kv.get(bytes(key))).getHeader().getMemberId();
  }

  @Override
  public long write(String key, String value) throws Exception {
    return within(kv.put(bytes(key), bytes(value))).getHeader().getMemberId();
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private static <T> T within(CompletableFuture<T> answer) throws Exception {
    try {
      return answer.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw e;
    }
  }
}
