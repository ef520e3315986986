package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.balancer.grpc.GrpcTuning;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.CallsSource;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One channel of gRPC. */
final class GrpcConnection implements Connection, CallsSource {
  GrpcConnection(
      Endpoints endpoints,
      Tls tls,
      CallSettings settings,
      ConnectionListener listener,
      @Nullable Executor executor,
      GrpcTuning tuning) {}

  @Override
  public List<EndpointStatus> endpoints() {
    return List.of();
  }

  @Override
  public void endpoints(Collection<String> urls) {}

  @Override
  public void awaitReady(Duration timeout) {}

  @Override
  public void close() {}

  @Override
  public boolean close(Duration timeout) {
    return true;
  }

  @Override
  public Calls calls() {
    throw new UnsupportedOperationException();
  }
}
