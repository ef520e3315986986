package dev.rondo.etcd.benchmarks.cost;

/** What one client did in one round. */
record Measurement(long calls, long elapsedNanos, long cpuNanos, long allocatedBytes) {
  Measurement {
    if (calls < 1) {
      throw new IllegalArgumentException("a round must have at least 1 call, had " + calls);
    }
  }

  static Measurement parse(String text) {
    String[] numbers = text.split(" ", -1);
    return new Measurement(
        Long.parseLong(numbers[0]),
        Long.parseLong(numbers[1]),
        Long.parseLong(numbers[2]),
        Long.parseLong(numbers[3]));
  }

  double cpuMicrosPerCall() {
    return cpuNanos / 1e3 / calls;
  }

  double bytesPerCall() {
    return (double) allocatedBytes / calls;
  }

  double callsPerSecond() {
    return calls * 1e9 / elapsedNanos;
  }

  /** Returns what {@link #parse} reads. */
  @Override
  public String toString() {
    return calls + " " + elapsedNanos + " " + cpuNanos + " " + allocatedBytes;
  }
}
