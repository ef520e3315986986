package dev.rondo.etcd.cluster;

import static dev.rondo.etcd.balancer.internal.Wire.bytes;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.WriteOutcome;
import java.util.List;
import java.util.Optional;

/** Permissions as they stand in messages. */
final class Permissions {
  private static final Bytes FIRST_KEY = Bytes.of((byte) 0);

  private Permissions() {}

  static dev.rondo.etcd.wire.Permission written(Permission permission) {
    return dev.rondo.etcd.wire.Permission.newBuilder()
        .setPermType(
            switch (permission.access()) {
              case READ -> dev.rondo.etcd.wire.Permission.Type.READ;
              case WRITE -> dev.rondo.etcd.wire.Permission.Type.WRITE;
              case READWRITE -> dev.rondo.etcd.wire.Permission.Type.READWRITE;
            })
        .setKey(bytes(permission.range().start()))
        .setRangeEnd(bytes(permission.range().end()))
        .build();
  }

  static List<Permission> read(List<dev.rondo.etcd.wire.Permission> permissions) {
    return permissions.stream()
        .flatMap(
            permission ->
                range(permission).map(range -> new Permission(access(permission), range)).stream())
        .toList();
  }

  private static Permission.Access access(dev.rondo.etcd.wire.Permission permission) {
    return switch (permission.getPermType()) {
      case READ -> Permission.Access.READ;
      case WRITE -> Permission.Access.WRITE;
      case READWRITE -> Permission.Access.READWRITE;
      case UNRECOGNIZED ->
          throw new EtcdException(
              Code.MALFORMED_ANSWER,
              WriteOutcome.NOT_APPLIED,
              new EtcdException.Call("role get", null, 1),
              "the server named an unknown kind of permission, " + permission.getPermTypeValue(),
              null);
    };
  }

  /**
   * Servers up to 3.4 take any range: one from the empty key on, and one that ends before it
   * begins.
   */
  private static Optional<KeyRange> range(dev.rondo.etcd.wire.Permission permission) {
    Bytes start = bytes(permission.getKey());
    Bytes end = bytes(permission.getRangeEnd());
    if (start.isEmpty() && end.isEmpty()) {
      return Optional.empty();
    }
    Bytes first = start.isEmpty() ? FIRST_KEY : start;
    boolean holdsKeys = end.isEmpty() || end.equals(FIRST_KEY) || end.compareTo(first) > 0;
    return holdsKeys ? Optional.of(new KeyRange(first, end)) : Optional.empty();
  }
}
