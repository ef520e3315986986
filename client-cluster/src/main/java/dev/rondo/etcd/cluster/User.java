package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * One user.
 *
 * @param header where and when the answer was made
 * @param name who
 * @param roles the names of the roles that the user was granted
 */
public record User(ResponseHeader header, String name, List<String> roles) {
  /** Copies the list. */
  public User {
    roles = List.copyOf(roles);
  }
}
