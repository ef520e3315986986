package dev.rondo.etcd.balancer;

import dev.rondo.etcd.balancer.channel.ServiceRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Puts SRV records into the order of RFC 2782: a group for each priority, and within it one record
 * after the other drawn by chance, with the weight as its share.
 */
final class SrvGroups {
  private SrvGroups() {}

  static List<List<Endpoint>> of(
      List<ServiceRecord> records, Endpoint.Scheme scheme, RandomGenerator random) {
    SortedMap<Integer, List<ServiceRecord>> groups = new TreeMap<>();
    for (ServiceRecord record : records) {
      if (record.port() > 0) {
        groups.computeIfAbsent(record.priority(), absent -> new ArrayList<>()).add(record);
      }
    }
    return groups.values().stream().map(group -> endpoints(drawn(group, random), scheme)).toList();
  }

  private static List<Endpoint> endpoints(List<ServiceRecord> records, Endpoint.Scheme scheme) {
    return records.stream()
        .map(record -> new Endpoint(scheme, record.target(), record.port()))
        .distinct()
        .toList();
  }

  private static List<ServiceRecord> drawn(List<ServiceRecord> group, RandomGenerator random) {
    List<ServiceRecord> left = new ArrayList<>(group);
    left.sort(Comparator.comparingInt(ServiceRecord::weight)); // so that 0 has a small chance
    List<ServiceRecord> drawn = new ArrayList<>();
    while (!left.isEmpty()) {
      int sum = left.stream().mapToInt(ServiceRecord::weight).sum();
      int mark = random.nextInt(sum + 1);
      int index = 0;
      for (int reached = left.get(0).weight();
          reached < mark;
          reached += left.get(index).weight()) {
        index++;
      }
      drawn.add(left.remove(index));
    }
    return drawn;
  }
}
