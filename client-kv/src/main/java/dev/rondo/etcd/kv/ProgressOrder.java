package dev.rondo.etcd.kv;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether an etcd answers a request for progress after all changes up to that revision. Before
 * 3.4.25 and 3.5.8 the answer could overtake them (etcd issue 15220), and whoever relied on it lost
 * them when the stream broke. The progress that a server tells by itself was always in order.
 */
final class ProgressOrder {
  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6}).*");

  private ProgressOrder() {}

  static boolean isKeptBy(String version) {
    Matcher numbers = VERSION.matcher(version);
    if (!numbers.matches()) {
      return false;
    }
    int major = Integer.parseInt(numbers.group(1));
    int minor = Integer.parseInt(numbers.group(2));
    int patch = Integer.parseInt(numbers.group(3));
    if (major != 3) {
      return major > 3;
    }
    return switch (minor) {
      case 4 -> patch >= 25;
      case 5 -> patch >= 8;
      default -> minor > 5;
    };
  }
}
