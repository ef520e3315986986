package dev.rondo.etcd.balancer.internal;

import dev.rondo.etcd.balancer.Endpoint;
import java.util.HashSet;
import java.util.Set;

/**
 * Where streams of one owner ended since things went well: passed over by the next stream, until
 * each had its turn. Confined to its owner's tasks.
 */
public final class AvoidedEndpoints {
  private final Set<Endpoint> endpoints = new HashSet<>();

  /** Passes over this endpoint, and over those before it unless it was among them. */
  public void add(Endpoint endpoint) {
    if (!endpoints.add(endpoint)) {
      endpoints.clear();
      endpoints.add(endpoint);
    }
  }

  /** Things go well again. */
  public void clear() {
    endpoints.clear();
  }

  /** Returns calls whose streams pass over these endpoints. */
  public Calls past(Calls calls) {
    return calls.avoiding(endpoints);
  }
}
