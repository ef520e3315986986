package dev.rondo.etcd.benchmarks.watches;

import dev.rondo.etcd.benchmarks.Contestant;
import dev.rondo.etcd.benchmarks.Spread;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What all clients did in all rounds. */
final class WatchScores {
  private final Map<String, Map<Quantity, List<Double>>> values = new LinkedHashMap<>();

  WatchScores() {}

  void add(String client, Quantity quantity, double value) {
    values
        .computeIfAbsent(client, absent -> new LinkedHashMap<>())
        .computeIfAbsent(quantity, absent -> new ArrayList<>())
        .add(value);
  }

  /** In the order in which they were first measured. */
  Collection<String> clients() {
    return values.keySet();
  }

  Spread absolute(String client, Quantity quantity) {
    return spread(of(client, quantity));
  }

  /** To the stub's in the same round. */
  Spread ratio(String client, Quantity quantity) {
    List<Double> own = of(client, quantity);
    List<Double> stub = of(Contestant.STUB, quantity);
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      ratios.add(own.get(i) / stub.get(i));
    }
    return spread(ratios);
  }

  private List<Double> of(String client, Quantity quantity) {
    return values.getOrDefault(client, Map.of()).getOrDefault(quantity, List.of());
  }

  private static Spread spread(List<Double> numbers) {
    return Spread.of(numbers.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
