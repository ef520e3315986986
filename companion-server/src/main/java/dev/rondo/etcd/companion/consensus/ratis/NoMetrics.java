package dev.rondo.etcd.companion.consensus.ratis;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.metrics.LongCounter;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.Timekeeper;
import org.apache.ratis.util.TimeDuration;

/**
 * Metrics that nobody takes. Ratis does not run without an implementation, and finds this one as a
 * service.
 */
public final class NoMetrics extends MetricRegistries {
  private static final LongCounter COUNTER = new Unmoved();
  private static final Timekeeper TIMER = () -> () -> 0;

  @Override
  public RatisMetricRegistry create(MetricRegistryInfo info) {
    return new Registry(info);
  }

  @Override
  public boolean remove(MetricRegistryInfo key) {
    return false;
  }

  @Override
  public Optional<RatisMetricRegistry> get(MetricRegistryInfo info) {
    return Optional.empty();
  }

  @Override
  public Set<MetricRegistryInfo> getMetricRegistryInfos() {
    return Set.of();
  }

  @Override
  public Collection<RatisMetricRegistry> getMetricRegistries() {
    return List.of();
  }

  @Override
  public void clear() {
    // Nothing is kept.
  }

  @Override
  public void addReporterRegistration(
      Consumer<RatisMetricRegistry> start, Consumer<RatisMetricRegistry> stop) {
    // There is nothing to report.
  }

  @Override
  public void enableJmxReporter() {
    // There is nothing to report.
  }

  @Override
  public void enableConsoleReporter(TimeDuration rate) {
    // There is nothing to report.
  }

  private static final class Unmoved implements LongCounter {
    @Override
    public void inc(long n) {
      // Nobody looks.
    }

    @Override
    public void dec(long n) {
      // Nobody looks.
    }

    @Override
    public long getCount() {
      return 0;
    }
  }

  private record Registry(MetricRegistryInfo info) implements RatisMetricRegistry {
    @Override
    public Timekeeper timer(String name) {
      return TIMER;
    }

    @Override
    public LongCounter counter(String name) {
      return COUNTER;
    }

    @Override
    public boolean remove(String name) {
      return false;
    }

    @Override
    public <T> void gauge(String name, Supplier<Supplier<T>> gauge) {
      // Nobody looks.
    }

    @Override
    public MetricRegistryInfo getMetricRegistryInfo() {
      return info;
    }
  }
}
