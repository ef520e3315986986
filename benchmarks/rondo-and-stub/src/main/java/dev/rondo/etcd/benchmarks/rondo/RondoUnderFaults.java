package dev.rondo.etcd.benchmarks.rondo;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.ConnectionBuilder;
import dev.rondo.etcd.balancer.Tls;
import dev.rondo.etcd.benchmarks.faults.FaultTarget;
import dev.rondo.etcd.benchmarks.faults.FaultWorker;
import dev.rondo.etcd.kv.KvClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Rondo with all its defaults, which include the limit. */
public final class RondoUnderFaults implements FaultTarget {
  private final KvClient kv;

  private RondoUnderFaults(List<String> endpoints, Optional<Path> ca) {
    ConnectionBuilder builder = Connection.builder().endpoints(endpoints);
    ca.ifPresent(file -> builder.tls(Tls.builder().trust(file).build()));
    kv = KvClient.over(builder.build());
  }

  /** Runs a worker. */
  public static void main(String[] arguments) {
    FaultWorker.serve(arguments, RondoUnderFaults::new);
  }

  @Override
  public long read(String key) {
    return kv.get(KeyRange.key(key)).header().memberId().value();
  }

  @Override
  public long write(String key, String value) {
    return kv.put(Bytes.utf8(key), Bytes.utf8(value)).header().memberId().value();
  }

  @Override
  public boolean isUnknown(Exception failure) {
    return failure instanceof OutcomeUnknownException;
  }
}
