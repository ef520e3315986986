package dev.rondo.etcd.benchmarks.cost;

import dev.rondo.etcd.benchmarks.Contestant;
import dev.rondo.etcd.benchmarks.Spread;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What all clients did in all rounds. */
final class Scores {
  private final Map<Cell, Map<String, List<Measurement>>> measurements = new LinkedHashMap<>();

  Scores() {}

  void add(Cell cell, String client, Measurement measured) {
    measurements
        .computeIfAbsent(cell, absent -> new LinkedHashMap<>())
        .computeIfAbsent(client, absent -> new ArrayList<>())
        .add(measured);
  }

  Collection<Cell> cells() {
    return measurements.keySet();
  }

  /** The clients that ran {@code cell}, in the order in which they first did. */
  Collection<String> clients(Cell cell) {
    return clientsOf(cell).keySet();
  }

  /** What {@code client} used of {@code quantity} in each round. */
  Spread absolute(Cell cell, String client, ToDoubleFunction<Measurement> quantity) {
    return Spread.of(measured(cell, client).stream().mapToDouble(quantity).toArray());
  }

  /** The same for each of the stub's, round by round. */
  Spread ratio(Cell cell, String client, ToDoubleFunction<Measurement> quantity) {
    List<Measurement> own = measured(cell, client);
    List<Measurement> stub = measured(cell, Contestant.STUB);
    double[] ratios = new double[own.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = quantity.applyAsDouble(own.get(i)) / quantity.applyAsDouble(stub.get(i));
    }
    return Spread.of(ratios);
  }

  private List<Measurement> measured(Cell cell, String client) {
    return clientsOf(cell).getOrDefault(client, List.of());
  }

  private Map<String, List<Measurement>> clientsOf(Cell cell) {
    return measurements.getOrDefault(cell, Map.of());
  }
}
