package dev.rondo.etcd.kv;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.wire.Compare;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.DeleteRangeResponse;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.ResponseOp;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;

/** The newest state of a store, and what etcd answers to reads, writes and transactions on it. */
final class FakeKv implements Function<Object, Object> {
  final NavigableMap<Bytes, KeyValue> keys = new TreeMap<>();
  private NavigableMap<Bytes, KeyValue> before = keys; // the transaction that runs
  private long revision = 1;
  private long next; // the revision of what is written now

  @Override
  public Object apply(Object request) {
    next = revision + 1;
    before = new TreeMap<>(keys);
    RequestOp.Builder op = RequestOp.newBuilder();
    if (request instanceof RangeRequest range) {
      return op(op.setRequestRange(range)).getResponseRange();
    }
    if (request instanceof PutRequest put) {
      return op(op.setRequestPut(put)).getResponsePut();
    }
    if (request instanceof DeleteRangeRequest delete) {
      return op(op.setRequestDeleteRange(delete)).getResponseDeleteRange();
    }
    return op(op.setRequestTxn((TxnRequest) request)).getResponseTxn();
  }

  private ResponseOp op(RequestOp.Builder request) {
    return op(request.build());
  }

  private ResponseOp op(RequestOp request) {
    ResponseOp.Builder response = ResponseOp.newBuilder();
    switch (request.getRequestCase()) {
      case REQUEST_RANGE -> response.setResponseRange(range(request.getRequestRange()));
      case REQUEST_PUT -> response.setResponsePut(put(request.getRequestPut()));
      case REQUEST_DELETE_RANGE ->
          response.setResponseDeleteRange(delete(request.getRequestDeleteRange()));
      case REQUEST_TXN -> response.setResponseTxn(txn(request.getRequestTxn()));
      case REQUEST_NOT_SET -> throw new AssertionError("an operation is empty");
    }
    return response.build();
  }

  private ResponseHeader header() {
    return ResponseHeader.newBuilder().setRevision(revision).build();
  }

  private static List<KeyValue> in(
      NavigableMap<Bytes, KeyValue> keys, ByteString start, ByteString end) {
    KeyRange range = new KeyRange(bytes(start), bytes(end));
    return keys.entrySet().stream()
        .filter(entry -> range.contains(entry.getKey()))
        .map(entry -> entry.getValue())
        .toList();
  }

  private static Bytes bytes(ByteString bytes) {
    return Bytes.of(bytes.toByteArray());
  }

  private RangeResponse range(RangeRequest request) {
    List<KeyValue> found = in(keys, request.getKey(), request.getRangeEnd());
    long limit = request.getLimit() == 0 ? found.size() : request.getLimit();
    RangeResponse.Builder response =
        RangeResponse.newBuilder()
            .setHeader(header())
            .setCount(found.size())
            .setMore(limit < found.size() && !request.getCountOnly());
    if (!request.getCountOnly()) {
      found.stream()
          .limit(limit)
          .map(kv -> request.getKeysOnly() ? kv.toBuilder().clearValue().build() : kv)
          .forEach(response::addKvs);
    }
    return response.build();
  }

  private PutResponse put(PutRequest request) {
    KeyValue old = keys.get(bytes(request.getKey()));
    revision = next;
    keys.put(
        bytes(request.getKey()),
        KeyValue.newBuilder()
            .setKey(request.getKey())
            .setValue(request.getValue())
            .setCreateRevision(old == null ? revision : old.getCreateRevision())
            .setModRevision(revision)
            .setVersion(old == null ? 1 : old.getVersion() + 1)
            .setLease(request.getIgnoreLease() && old != null ? old.getLease() : request.getLease())
            .build());
    PutResponse.Builder response = PutResponse.newBuilder().setHeader(header());
    if (request.getPrevKv() && old != null) {
      response.setPrevKv(old);
    }
    return response.build();
  }

  private DeleteRangeResponse delete(DeleteRangeRequest request) {
    List<KeyValue> found = in(keys, request.getKey(), request.getRangeEnd());
    if (!found.isEmpty()) {
      revision = next;
      found.forEach(kv -> keys.remove(bytes(kv.getKey())));
    }
    DeleteRangeResponse.Builder response =
        DeleteRangeResponse.newBuilder().setHeader(header()).setDeleted(found.size());
    return request.getPrevKv() ? response.addAllPrevKvs(found).build() : response.build();
  }

  private TxnResponse txn(TxnRequest request) {
    boolean succeeded = request.getCompareList().stream().allMatch(this::holds);
    TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(succeeded);
    (succeeded ? request.getSuccessList() : request.getFailureList())
        .forEach(op -> response.addResponses(op(op)));
    return response.setHeader(header()).build();
  }

  private boolean holds(Compare compare) {
    List<KeyValue> found = in(before, compare.getKey(), compare.getRangeEnd());
    if (found.isEmpty()) {
      return compare.getTarget() != Compare.CompareTarget.VALUE
          && holds(compare, KeyValue.getDefaultInstance());
    }
    return found.stream().allMatch(kv -> holds(compare, kv));
  }

  private static boolean holds(Compare compare, KeyValue kv) {
    int order =
        switch (compare.getTarget()) {
          case VERSION -> Long.compare(kv.getVersion(), compare.getVersion());
          case CREATE -> Long.compare(kv.getCreateRevision(), compare.getCreateRevision());
          case MOD -> Long.compare(kv.getModRevision(), compare.getModRevision());
          case LEASE -> Long.compare(kv.getLease(), compare.getLease());
          case VALUE -> bytes(kv.getValue()).compareTo(bytes(compare.getValue()));
          case UNRECOGNIZED -> throw new AssertionError("a comparison has no target");
        };
    return switch (compare.getResult()) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case UNRECOGNIZED -> throw new AssertionError("a comparison has no relation");
    };
  }
}
