package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * The leases that there are.
 *
 * @param header what every answer says
 * @param ids the leases, in no particular order
 */
public record LeaseList(ResponseHeader header, List<LeaseId> ids) {
  /** Copies the ids. */
  public LeaseList {
    ids = List.copyOf(ids);
  }
}
