package dev.rondo.etcd.testing;

import java.util.Comparator;
import java.util.regex.Pattern;

/** A version of etcd, such as 3.4.23. */
public record EtcdVersion(int major, int minor, int patch) implements Comparable<EtcdVersion> {
  private static final Pattern REPORTED = Pattern.compile("etcd Version: (\\d+)\\.(\\d+)\\.(\\d+)");
  private static final Comparator<EtcdVersion> ORDER =
      Comparator.comparingInt(EtcdVersion::major)
          .thenComparingInt(EtcdVersion::minor)
          .thenComparingInt(EtcdVersion::patch);

  /** Reads what {@code etcd --version} prints. */
  public static EtcdVersion parse(String report) {
    var matcher = REPORTED.matcher(report);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no version of etcd in: " + report.strip());
    }
    return new EtcdVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }

  /** Returns whether this is the given minor version or a later one. */
  public boolean isAtLeast(int major, int minor) {
    return compareTo(new EtcdVersion(major, minor, 0)) >= 0;
  }

  @Override
  public int compareTo(EtcdVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
