package dev.rondo.etcd.companion.storage;

import dev.rondo.etcd.companion.storage.Store.Hash;
import dev.rondo.etcd.wire.KeyValue;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The form of a saved store: a head, then each version in the order in which they were made, so
 * that loading is making them again, and a checksum of all that at the end.
 */
final class Snapshot {
  private static final int MAGIC = 0x526f4b31;
  private static final int END = -1;

  private Snapshot() {}

  static void write(View view, List<Hash> hashes, OutputStream to) throws IOException {
    var checked = new CheckedOutputStream(new BufferedOutputStream(to), new CRC32C());
    var out = new DataOutputStream(checked);
    out.writeInt(MAGIC);
    out.writeLong(view.compactRevision());
    out.writeLong(view.revision());
    out.writeInt(hashes.size());
    for (var hash : hashes) {
      out.writeInt(hash.hash());
      out.writeLong(hash.revision());
      out.writeLong(hash.compactRevision());
    }
    for (var version : retained(view)) {
      write(version, out);
    }
    for (long at = firstLogged(view.compactRevision()); at <= view.revision(); at++) {
      for (var version : view.contents().log().at(at)) {
        write(version, out);
      }
    }
    out.writeInt(END);
    out.writeLong(checked.getChecksum().getValue());
    out.flush();
  }

  /** What was made below the floor and is still there at the floor. */
  private static List<Version> retained(View view) {
    long floor = view.compactRevision();
    return view.contents()
        .index()
        .select(
            head -> {
              var version = Version.visible(head, floor);
              return version == null || version.revision() == floor ? null : version;
            });
  }

  private static long firstLogged(long floor) {
    return Math.max(floor, Store.FIRST_REVISION);
  }

  private static void write(Version version, DataOutputStream out) throws IOException {
    var bytes = version.keyValue().toByteArray();
    out.writeInt(bytes.length);
    out.writeInt(version.sub());
    out.write(bytes);
  }

  static Contents read(InputStream from) throws IOException {
    var checked = new CheckedInputStream(from, new CRC32C());
    var in = new DataInputStream(checked);
    if (in.readInt() != MAGIC) {
      throw new IOException("not a saved store");
    }
    long floor = in.readLong();
    long revision = in.readLong();
    var contents = new Contents(floor, firstLogged(floor) - 1);
    for (int left = in.readInt(); left > 0; left--) {
      var hash = new Hash(in.readInt(), in.readLong(), in.readLong());
      contents.hashes().add(hash.revision(), () -> hash);
    }
    readVersions(in, contents);
    long checksum = checked.getChecksum().getValue();
    if (in.readLong() != checksum || contents.revision() != revision) {
      throw damaged();
    }
    return contents;
  }

  private static void readVersions(DataInputStream in, Contents contents) throws IOException {
    long logged = contents.revision() + 1;
    var commit = new ArrayList<Version>();
    for (var version = read(in, contents); version != null; version = read(in, contents)) {
      if (version.revision() < logged) {
        contents.footprint().add(version);
        continue;
      }
      if (!commit.isEmpty() && version.revision() != commit.get(0).revision()) {
        publish(commit, contents);
        commit.clear();
      }
      commit.add(version);
    }
    if (!commit.isEmpty()) {
      publish(commit, contents);
    }
  }

  private static void publish(List<Version> commit, Contents contents) throws IOException {
    if (commit.get(0).revision() != contents.revision() + 1) {
      throw damaged();
    }
    contents.publish(commit);
  }

  /** Reads a version into the index; returns null at the end. */
  private static @Nullable Version read(DataInputStream in, Contents contents) throws IOException {
    int length = in.readInt();
    if (length == END) {
      return null;
    }
    int sub = in.readInt();
    if (length < 0) {
      throw damaged();
    }
    var read = KeyValue.parseFrom(in.readNBytes(length)); // fewer at the end: no huge array
    var key = Key.of(read.getKey());
    var head = contents.index().head(key);
    var name = head == null ? key.asByteString() : head.keyValue().getKey();
    var version = new Version(read.toBuilder().setKey(name).build(), sub, head);
    contents.index().put(key, version);
    return version;
  }

  private static IOException damaged() {
    return new IOException("the saved store is damaged");
  }
}
