package dev.rondo.etcd.balancer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A list of endpoints that may stand together in one connection. */
record Endpoints(List<Endpoint> list) {
  /** What a builder starts with. */
  static final Endpoints NONE = new Endpoints(List.of());

  Endpoints {
    list = List.copyOf(list);
  }

  static Endpoints parse(Collection<String> urls) {
    if (urls.isEmpty()) {
      throw new IllegalArgumentException("endpoints must name at least one endpoint, was empty");
    }
    List<Endpoint> parsed = new ArrayList<>();
    for (String url : urls) {
      Endpoint endpoint = Endpoint.parse(url);
      if (parsed.contains(endpoint)) {
        throw new IllegalArgumentException(
            "endpoints must name each endpoint once, was given " + endpoint + " twice");
      }
      if (!parsed.isEmpty() && parsed.get(0).scheme() != endpoint.scheme()) {
        throw new IllegalArgumentException(
            "endpoints must all have the same scheme, was given "
                + parsed.get(0)
                + " and "
                + endpoint);
      }
      parsed.add(endpoint);
    }
    return new Endpoints(parsed);
  }

  Endpoint.Scheme scheme() {
    return list.get(0).scheme();
  }
}
