package dev.rondo.etcd.balancer.channel;

import io.grpc.Metadata;

/** Tells a member that sees no leader to refuse a request at once: etcd's metadata for that. */
public final class RequireLeader {
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private RequireLeader() {}

  /** Adds it to the headers of a call. */
  public static void addTo(Metadata headers) {
    headers.put(KEY, "true");
  }
}
