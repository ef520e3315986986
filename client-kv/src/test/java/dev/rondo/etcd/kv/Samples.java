package dev.rondo.etcd.kv;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.ResponseHeader;
import dev.rondo.etcd.api.Revision;

/** The same header and key as the server sends them and as a caller gets them. */
final class Samples {
  static final dev.rondo.etcd.wire.ResponseHeader WIRE_HEADER =
      dev.rondo.etcd.wire.ResponseHeader.newBuilder()
          .setClusterId(-1)
          .setMemberId(2)
          .setRevision(30)
          .setRaftTerm(4)
          .build();
  static final ResponseHeader HEADER = new ResponseHeader(-1, MemberId.of(2), Revision.of(30), 4);

  static final dev.rondo.etcd.wire.KeyValue WIRE_KEY_VALUE =
      dev.rondo.etcd.wire.KeyValue.newBuilder()
          .setKey(ByteString.copyFromUtf8("k"))
          .setValue(ByteString.copyFromUtf8("v"))
          .setCreateRevision(10)
          .setModRevision(20)
          .setVersion(3)
          .setLease(77)
          .build();
  static final KeyValue KEY_VALUE =
      new KeyValue(
          Bytes.utf8("k"), Bytes.utf8("v"), Revision.of(10), Revision.of(20), 3, LeaseId.of(77));

  private Samples() {}

  static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
