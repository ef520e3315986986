package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.Samples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.CompactionResponse;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.DeleteRangeResponse;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Puts, deletes and compaction. */
class WriteTest {
  private final KvServer server = new KvServer();
  private final KvClient kv = server.kv;

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void putsAKey() {
    server.answer(
        KVGrpc.getPutMethod(), PutResponse.newBuilder().setHeader(Samples.WIRE_HEADER).build());

    PutResult result = kv.put("k", "v");

    assertThat(result.header()).isEqualTo(Samples.HEADER);
    assertThat(result.previous()).isEmpty();
    assertThat(server.received(KVGrpc.getPutMethod()))
        .isEqualTo(PutRequest.newBuilder().setKey(utf8("k")).setValue(utf8("v")).build());
  }

  @Test
  void putsWithEachOption() {
    server.answer(
        KVGrpc.getPutMethod(), PutResponse.newBuilder().setPrevKv(Samples.WIRE_KEY_VALUE).build());

    PutResult result = kv.put("k", "", put -> put.lease(LeaseId.of(77)).prevKv().ignoreValue());

    assertThat(result.previous()).contains(Samples.KEY_VALUE);
    assertThat(server.received(KVGrpc.getPutMethod()))
        .isEqualTo(
            PutRequest.newBuilder()
                .setKey(utf8("k"))
                .setLease(77)
                .setPrevKv(true)
                .setIgnoreValue(true)
                .build());
  }

  @Test
  void keepsTheLease() {
    kv.put(Bytes.utf8("k"), Bytes.utf8("v"), PutOptions.builder().ignoreLease().build());

    assertThat(server.received(KVGrpc.getPutMethod()))
        .isEqualTo(
            PutRequest.newBuilder()
                .setKey(utf8("k"))
                .setValue(utf8("v"))
                .setIgnoreLease(true)
                .build());
  }

  @Test
  void refusesPutsThatContradictThemselvesAndShowsNeitherKeyNorValue() {
    assertThatThrownBy(() -> kv.put("secret", "hunter2", put -> put.ignoreValue()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ignoreValue must come with an empty value, was with one of 7 bytes");
    assertThatThrownBy(() -> kv.put("k", "v", put -> put.lease(LeaseId.of(255)).ignoreLease()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ignoreLease must come without a lease, was with lease ff");
    assertThatThrownBy(() -> kv.put("", "v"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a key must have at least one byte, was empty");
    assertThat(server.script.calls()).isEmpty();
  }

  @Test
  void deletesAKey() {
    server.answer(
        KVGrpc.getDeleteRangeMethod(),
        DeleteRangeResponse.newBuilder().setHeader(Samples.WIRE_HEADER).setDeleted(1).build());

    DeleteResult result = kv.delete("k");

    assertThat(result.header()).isEqualTo(Samples.HEADER);
    assertThat(result.deleted()).isEqualTo(1);
    assertThat(result.previous()).isEmpty();
    assertThat(server.received(KVGrpc.getDeleteRangeMethod()))
        .isEqualTo(DeleteRangeRequest.newBuilder().setKey(utf8("k")).build());
  }

  @Test
  void deletesARangeAndTellsWhatWasThere() {
    server.answer(
        KVGrpc.getDeleteRangeMethod(),
        DeleteRangeResponse.newBuilder().setDeleted(1).addPrevKvs(Samples.WIRE_KEY_VALUE).build());

    DeleteResult result = kv.delete(KeyRange.prefix("k"), delete -> delete.prevKv());

    assertThat(result.previous()).containsExactly(Samples.KEY_VALUE);
    assertThat(server.received(KVGrpc.getDeleteRangeMethod()))
        .isEqualTo(
            DeleteRangeRequest.newBuilder()
                .setKey(utf8("k"))
                .setRangeEnd(utf8("l"))
                .setPrevKv(true)
                .build());
  }

  @Test
  void compacts() {
    server.answer(
        KVGrpc.getCompactMethod(),
        CompactionResponse.newBuilder().setHeader(Samples.WIRE_HEADER).build());

    CompactResult result = kv.compact(Revision.of(20));

    assertThat(result.header()).isEqualTo(Samples.HEADER);
    assertThat(server.received(KVGrpc.getCompactMethod()))
        .isEqualTo(CompactionRequest.newBuilder().setRevision(20).build());
  }

  @Test
  void compactsAndWaitsForTheDisk() {
    kv.compact(Revision.of(20), compact -> compact.physical());

    assertThat(server.received(KVGrpc.getCompactMethod()))
        .isEqualTo(CompactionRequest.newBuilder().setRevision(20).setPhysical(true).build());
  }

  @Test
  void refusesToCompactAtNoRevision() {
    assertThatThrownBy(() -> kv.compact(Revision.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("revision must be at least 1, was 0");
  }
}
