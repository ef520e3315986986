package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * All users.
 *
 * @param header where and when the answer was made
 * @param names their names, in the order in which the server sent them
 */
public record UserList(ResponseHeader header, List<String> names) {
  /** Copies the list. */
  public UserList {
    names = List.copyOf(names);
  }
}
