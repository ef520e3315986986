package dev.rondo.etcd.companion.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.rondo.etcd.companion.storage.Store.Hash;
import dev.rondo.etcd.wire.KeyValue;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * The hash of etcd 3.5: a checksum over its table of key-values, which is ordered by revision,
 * leaving out what a compaction removes sooner or later.
 */
final class KeyValueHash {
  private static final byte[] TABLE = "key".getBytes(US_ASCII);

  private final Checksum checksum = new CRC32C();

  private KeyValueHash() {}

  /** The hash up to a revision, 0 for the newest. */
  static Hash at(View view, long wanted) {
    if (wanted > 0) {
      view.readable(wanted); // or else refuses; below 0, where there is nothing, etcd does not
    }
    long revision = wanted == 0 ? view.revision() : wanted;
    return of(view, revision, view.contents().index().isEmptyAt(revision));
  }

  /**
   * The hash that is taken when the floor is raised to a revision, before the sweep.
   *
   * <p>A key that was deleted right there counts as one that remains here, and only here.
   */
  static Hash atCompaction(View view, long revision) {
    boolean nothingRemains =
        view.contents().index().isEmptyAt(revision)
            && view.contents().log().at(revision).stream().noneMatch(Version::isTombstone);
    return of(view, revision, nothingRemains);
  }

  private static Hash of(View view, long revision, boolean nothingRemains) {
    var hash = new KeyValueHash();
    hash.checksum.update(TABLE);
    hash.addRetained(view, revision, nothingRemains);
    long floor = view.compactRevision();
    for (long at = Math.max(floor + 1, Store.FIRST_REVISION); at <= revision; at++) {
      view.contents().log().at(at).forEach(hash::add);
    }
    return new Hash((int) hash.checksum.getValue(), revision, floor);
  }

  /**
   * Adds what the last compaction left and the next one, at the hashed revision, would leave again.
   * If that would leave nothing at all, then all is added: so it is in etcd.
   */
  private void addRetained(View view, long revision, boolean nothingRemains) {
    view.contents()
        .index()
        .select(
            head -> {
              var retained = Version.visible(head, view.compactRevision());
              return retained == null
                      || retained.revision() > revision
                      || !(nothingRemains || Version.visible(head, revision) == retained)
                  ? null
                  : retained;
            })
        .forEach(this::add);
  }

  private void add(Version version) {
    boolean tombstone = version.isTombstone();
    var key = ByteBuffer.allocate(tombstone ? 18 : 17);
    key.putLong(version.revision()).put((byte) '_').putLong(version.sub());
    if (tombstone) {
      key.put((byte) 't');
    }
    checksum.update(key.array());
    checksum.update(stored(version).toByteArray());
  }

  /** The value as etcd stores it: a tombstone has the key only. */
  private static KeyValue stored(Version version) {
    var keyValue = version.keyValue();
    return version.isTombstone()
        ? KeyValue.newBuilder().setKey(keyValue.getKey()).build()
        : keyValue;
  }
}
