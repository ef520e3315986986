package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * One role. The role {@code root} may do everything and needs no permissions for it.
 *
 * @param header where and when the answer was made
 * @param name which one
 * @param permissions what its users may do; without those for ranges that hold no key, which some
 *     servers grant and which permit nothing
 */
public record Role(ResponseHeader header, String name, List<Permission> permissions) {
  /** Copies the list. */
  public Role {
    permissions = List.copyOf(permissions);
  }
}
