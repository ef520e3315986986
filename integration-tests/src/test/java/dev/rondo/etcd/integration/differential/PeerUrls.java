package dev.rondo.etcd.integration.differential;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The URLs of members that never run: those of programs, such as {@code http://127.0.0.1:1}, stand
 * for others, which are new each time that a member has given its own up.
 *
 * <p>etcd makes the id of a member from its URLs and the time in seconds. Were a URL used again in
 * the same second as before, the id would be that of a member that was removed for good.
 */
final class PeerUrls {
  private static final String PREFIX = "http://127.0.0.1:";
  private static final Set<String> PORTS = Set.of("1", "2");

  private final Map<String, Integer> uses = new HashMap<>(); // by URL of a program
  private final Map<String, String> names = new HashMap<>(); // by URL that stands for it
  private final Set<String> present = new HashSet<>(); // those of members

  /** Returns what stands for a URL of a program; others stand for themselves. */
  String resolve(String url) {
    if (!url.startsWith(PREFIX) || !PORTS.contains(url.substring(PREFIX.length()))) {
      return url;
    }
    int use = uses.getOrDefault(url, 0);
    var resolved =
        "http://127.1.%d.%d:%s".formatted(use / 256, use % 256, url.substring(PREFIX.length()));
    names.put(resolved, url);
    return resolved;
  }

  /** Returns the URL of the program again. */
  String name(String url) {
    return names.getOrDefault(url, url);
  }

  /** Takes note of all that members have now. */
  void see(Collection<String> all) {
    for (var url : Set.copyOf(present)) {
      if (!all.contains(url)) {
        present.remove(url);
        uses.merge(names.get(url), 1, Integer::sum);
      }
    }
    all.stream().filter(names::containsKey).forEach(present::add);
  }
}
