package dev.rondo.etcd.balancer.internal;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.ResponseHeader;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.internal.BytesAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Turns the values of the public API into those on the wire and back, without copying bytes. */
public final class Wire {
  private Wire() {}

  /** Returns the same bytes for a message. */
  public static ByteString bytes(Bytes bytes) {
    return bytes.isEmpty()
        ? ByteString.EMPTY
        : UnsafeByteOperations.unsafeWrap(BytesAccess.unwrap(bytes));
  }

  /** Returns the same bytes for a caller. */
  public static Bytes bytes(ByteString bytes) {
    if (bytes.isEmpty()) {
      return Bytes.EMPTY;
    }
    Taker taker = new Taker(bytes.size());
    try {
      UnsafeByteOperations.unsafeWriteTo(bytes, taker);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return BytesAccess.wrap(taker.whole);
  }

  /** Returns what the header of an answer says. */
  public static ResponseHeader header(dev.rondo.etcd.wire.ResponseHeader header) {
    return new ResponseHeader(
        header.getClusterId(),
        MemberId.of(header.getMemberId()),
        revision(header.getRevision()),
        header.getRaftTerm());
  }

  /** Returns the key as the answer has it. */
  public static KeyValue keyValue(dev.rondo.etcd.wire.KeyValue kv) {
    return new KeyValue(
        bytes(kv.getKey()),
        bytes(kv.getValue()),
        revision(kv.getCreateRevision()),
        revision(kv.getModRevision()),
        kv.getVersion(),
        LeaseId.of(kv.getLease()));
  }

  /** Returns the revision; a server that sends a negative one (etcd does for "none") means none. */
  public static Revision revision(long revision) {
    return Revision.of(Math.max(revision, 0));
  }

  /** Takes the array under a byte string where the whole string is that one array. */
  private static final class Taker extends ByteOutput {
    private byte[] whole;
    private int filled;

    Taker(int size) {
      this.whole = NOTHING;
      this.size = size;
    }

    private static final byte[] NOTHING = new byte[0];
    private final int size;

    @Override
    public void write(byte value) {
      target()[filled++] = value;
    }

    @Override
    public void write(byte[] value, int offset, int length) {
      System.arraycopy(value, offset, target(), filled, length);
      filled += length;
    }

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
      if (offset == 0 && length == size && value.length == size) {
        whole = value;
        filled = size;
      } else {
        write(value, offset, length);
      }
    }

    @Override
    public void write(ByteBuffer value) {
      int length = value.remaining();
      value.get(target(), filled, length);
      filled += length;
    }

    @Override
    public void writeLazy(ByteBuffer value) {
      write(value);
    }

    private byte[] target() {
      if (whole.length != size) {
        whole = new byte[size];
      }
      return whole;
    }
  }
}
