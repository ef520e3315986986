package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.ResponseHeader;
import java.time.Duration;
import java.util.List;

/**
 * How long a lease lives on.
 *
 * @param header what every answer says
 * @param id names the lease
 * @param remaining the time left when the answer was made, in whole seconds, rounded down; zero if
 *     it is over and the lease about to be deleted
 * @param granted how long the lease lives after each renewal
 * @param keys the keys put with it, if they were asked for: those in the namespace of the client
 */
public record LeaseTimeToLive(
    ResponseHeader header, LeaseId id, Duration remaining, Duration granted, List<Bytes> keys) {
  /** Copies the keys. */
  public LeaseTimeToLive {
    keys = List.copyOf(keys);
  }
}
