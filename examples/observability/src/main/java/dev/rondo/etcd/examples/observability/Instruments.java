package dev.rondo.etcd.examples.observability;

import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.balancer.grpc.GrpcTuning;
import io.grpc.opentelemetry.GrpcOpenTelemetry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.grpc.MetricCollectingClientInterceptor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;

/** What measures a client, and where the figures go: into memory here, elsewhere in earnest. */
final class Instruments implements AutoCloseable {
  private final MeterRegistry micrometer = new SimpleMeterRegistry();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final OpenTelemetrySdk openTelemetry =
      OpenTelemetrySdk.builder()
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
          .build();

  /**
   * Both see each attempt of a call: one as an interceptor, the other as what it makes of the
   * channel's builder.
   */
  GrpcTuning grpc() {
    return GrpcTuning.builder()
        .interceptor(new MetricCollectingClientInterceptor(micrometer))
        .channel(
            channel ->
                GrpcOpenTelemetry.newBuilder()
                    .sdk(openTelemetry)
                    .build()
                    .configureChannelBuilder(channel))
        .build();
  }

  /** Counts an event by its kind; hand it to a client as its listener. */
  void count(ConnectionEvent event) {
    events(event.getClass().getSimpleName()).increment();
  }

  /** Returns how many events of a kind there have been. */
  double counted(String kind) {
    return events(kind).count();
  }

  private Counter events(String kind) {
    return micrometer.counter("etcd.events", "kind", kind);
  }

  /** Shows at any time how many endpoints are in each state. */
  void watch(Connection connection) {
    for (EndpointStatus.State state : EndpointStatus.State.values()) {
      Gauge.builder("etcd.endpoints", connection, any -> count(any, state))
          .tag("state", state.name())
          .register(micrometer);
    }
  }

  private static long count(Connection connection, EndpointStatus.State state) {
    return connection.endpoints().stream().filter(status -> status.state() == state).count();
  }

  MeterRegistry micrometer() {
    return micrometer;
  }

  InMemoryMetricReader openTelemetry() {
    return reader;
  }

  @Override
  public void close() {
    openTelemetry.close();
    micrometer.close();
  }
}
