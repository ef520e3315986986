package dev.rondo.etcd.benchmarks.ibm;

import com.google.common.io.Files;
import com.google.protobuf.ByteString;
import com.ibm.etcd.client.EtcdClient;
import com.ibm.etcd.client.kv.KvClient;
import dev.rondo.etcd.benchmarks.faults.FaultTarget;
import dev.rondo.etcd.benchmarks.faults.FaultWorker;
import io.grpc.Deadline;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * IBM's etcd-java with all its defaults. Its timeout of 10 s is one for each attempt, so calls get
 * a deadline beside it.
 */
public final class IbmUnderFaults implements FaultTarget {
  private final KvClient kv;

  private IbmUnderFaults(List<String> endpoints, Optional<Path> ca) throws IOException {
    EtcdClient.Builder builder =
        EtcdClient.forEndpoints(
            endpoints.stream().map(endpoint -> URI.create(endpoint).getAuthority()).toList());
    if (ca.isPresent()) {
      builder.withCaCert(Files.asByteSource(ca.get().toFile()));
    } else {
      builder.withPlainText();
    }
    kv = builder.build().getKvClient();
  }

  /** Runs a worker. */
  public static void main(String[] arguments) {
    FaultWorker.serve(arguments, IbmUnderFaults::new);
  }

  @Override
  public long read(String key) {
    return kv.get(bytes(key)).deadline(limit()).sync().getHeader().getMemberId();
  }

  @Override
  public long write(String key, String value) {
    return kv.put(bytes(key), bytes(value)).deadline(limit()).sync().getHeader().getMemberId();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static Deadline limit() {
    return Deadline.after(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
  }
}
