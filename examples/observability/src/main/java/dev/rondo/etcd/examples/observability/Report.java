package dev.rondo.etcd.examples.observability;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Some of what was measured, in lines that are sorted. */
final class Report {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("grpc.method");
  private static final AttributeKey<String> STATUS = AttributeKey.stringKey("grpc.status");

  private Report() {}

  /** What Micrometer has of each method and status of its attempts. */
  static List<String> attempts(MeterRegistry registry) {
    return registry.find("grpc.client.processing.duration").timers().stream()
        .filter(timer -> timer.count() > 0)
        .map(Report::attempts)
        .sorted()
        .toList();
  }

  private static String attempts(Timer timer) {
    Meter.Id id = timer.getId();
    return String.format(
        Locale.ROOT,
        "%s/%s %s: %d attempts, mean %.1f ms, longest %.1f ms",
        id.getTag("service"),
        id.getTag("method"),
        id.getTag("statusCode"),
        timer.count(),
        timer.mean(TimeUnit.MILLISECONDS),
        timer.max(TimeUnit.MILLISECONDS));
  }

  /** The same by OpenTelemetry. */
  static List<String> attempts(InMemoryMetricReader reader) {
    return reader.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals("grpc.client.attempt.duration"))
        .map(MetricData::getHistogramData)
        .flatMap(histogram -> histogram.getPoints().stream())
        .map(Report::attempts)
        .sorted()
        .toList();
  }

  private static String attempts(HistogramPointData point) {
    return String.format(
        Locale.ROOT,
        "%s %s: %d attempts, mean %.1f ms, longest %.1f ms",
        point.getAttributes().get(METHOD),
        point.getAttributes().get(STATUS),
        point.getCount(),
        point.getSum() / point.getCount() * 1000,
        point.getMax() * 1000);
  }

  /** The counters or gauges of one name, by their only tag. */
  static List<String> values(MeterRegistry registry, String name) {
    return registry.find(name).meters().stream().map(Report::value).sorted().toList();
  }

  private static String value(Meter meter) {
    return String.format(
        Locale.ROOT,
        "%s: %.0f",
        meter.getId().getTags().get(0).getValue(),
        meter.measure().iterator().next().getValue());
  }
}
