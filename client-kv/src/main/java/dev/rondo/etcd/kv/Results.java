package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.ResponseHeader;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.balancer.internal.Wire;
import dev.rondo.etcd.wire.CompactionResponse;
import dev.rondo.etcd.wire.DeleteRangeResponse;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.ResponseOp;
import dev.rondo.etcd.wire.TxnResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns messages into what callers get, with the keys of a namespace by their names. */
final class Results {
  private static final String TXN = "txn";
  private static final String WATCH = "watch";

  private final Namespace namespace;

  Results(Namespace namespace) {
    this.namespace = namespace;
  }

  Optional<KeyValue> first(RangeResponse response) {
    return first(response, "get");
  }

  private Optional<KeyValue> first(RangeResponse response, String operation) {
    return response.getKvsCount() == 0
        ? Optional.empty()
        : Optional.of(keyValue(response.getKvs(0), operation));
  }

  RangeResult range(RangeResponse response) {
    return range(response, Wire.header(response.getHeader()), "get");
  }

  private RangeResult range(RangeResponse response, ResponseHeader header, String operation) {
    return new RangeResult(
        header,
        keyValues(response.getKvsList(), operation),
        response.getCount(),
        response.getMore());
  }

  PutResult put(PutResponse response) {
    return put(response, Wire.header(response.getHeader()), "put");
  }

  private PutResult put(PutResponse response, ResponseHeader header, String operation) {
    return new PutResult(
        header,
        response.hasPrevKv()
            ? Optional.of(keyValue(response.getPrevKv(), operation))
            : Optional.empty());
  }

  DeleteResult delete(DeleteRangeResponse response) {
    return delete(response, Wire.header(response.getHeader()), "delete");
  }

  private DeleteResult delete(
      DeleteRangeResponse response, ResponseHeader header, String operation) {
    return new DeleteResult(
        header, response.getDeleted(), keyValues(response.getPrevKvsList(), operation));
  }

  static CompactResult compact(CompactionResponse response) {
    return new CompactResult(Wire.header(response.getHeader()));
  }

  TxnResult txn(TxnResponse response) {
    return txn(response, Wire.header(response.getHeader()));
  }

  private TxnResult txn(TxnResponse response, ResponseHeader header) {
    List<OpResult> results = new ArrayList<>(response.getResponsesCount());
    for (ResponseOp op : response.getResponsesList()) {
      results.add(op(op, header));
    }
    return new TxnResult(header, response.getSucceeded(), results);
  }

  private OpResult op(ResponseOp op, ResponseHeader outer) {
    return switch (op.getResponseCase()) {
      case RESPONSE_RANGE -> {
        RangeResponse range = op.getResponseRange();
        yield new OpResult.Get(range(range, inner(outer, range.getHeader()), TXN));
      }
      case RESPONSE_PUT -> {
        PutResponse put = op.getResponsePut();
        yield new OpResult.Put(put(put, inner(outer, put.getHeader()), TXN));
      }
      case RESPONSE_DELETE_RANGE -> {
        DeleteRangeResponse delete = op.getResponseDeleteRange();
        yield new OpResult.Delete(delete(delete, inner(outer, delete.getHeader()), TXN));
      }
      case RESPONSE_TXN -> {
        TxnResponse txn = op.getResponseTxn();
        yield new OpResult.Nested(txn(txn, inner(outer, txn.getHeader())));
      }
      case RESPONSE_NOT_SET -> throw malformed(TXN, "an operation was answered with nothing");
    };
  }

  /** Etcd leaves all but the revision out of the headers inside a transaction's answer. */
  private static ResponseHeader inner(
      ResponseHeader outer, dev.rondo.etcd.wire.ResponseHeader inner) {
    Revision revision = Wire.revision(inner.getRevision());
    return revision.value() == 0
        ? outer
        : new ResponseHeader(outer.clusterId(), outer.memberId(), revision, outer.raftTerm());
  }

  /** The answer to a transaction that puts one key, or else reads it. */
  ConditionalPutResult conditionalPut(TxnResponse response) {
    ResponseHeader header = Wire.header(response.getHeader());
    if (response.getSucceeded()) {
      return new ConditionalPutResult(header, true, Optional.empty());
    }
    if (response.getResponsesCount() == 0 || !response.getResponses(0).hasResponseRange()) {
      throw malformed(TXN, "a get was answered with something else");
    }
    return new ConditionalPutResult(
        header, false, first(response.getResponses(0).getResponseRange(), TXN));
  }

  /** The keys of one page of a scan. */
  List<KeyValue> page(RangeResponse response) {
    return keyValues(response.getKvsList(), "scan");
  }

  WatchEvent change(Event event) {
    if (!event.hasKv()) {
      throw malformed(WATCH, "an event has no key");
    }
    Optional<KeyValue> prevKv =
        event.hasPrevKv() ? Optional.of(keyValue(event.getPrevKv(), WATCH)) : Optional.empty();
    return switch (event.getType()) {
      case PUT -> new WatchEvent.Put(keyValue(event.getKv(), WATCH), prevKv);
      case DELETE ->
          new WatchEvent.Delete(
              namespace.out(Wire.bytes(event.getKv().getKey()), WATCH),
              Wire.revision(event.getKv().getModRevision()),
              prevKv);
      case UNRECOGNIZED -> throw malformed(WATCH, "an event is neither a put nor a delete");
    };
  }

  private List<KeyValue> keyValues(List<dev.rondo.etcd.wire.KeyValue> kvs, String operation) {
    if (kvs.isEmpty()) {
      return List.of();
    }
    KeyValue[] values = new KeyValue[kvs.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = keyValue(kvs.get(i), operation);
    }
    return List.of(values);
  }

  private KeyValue keyValue(dev.rondo.etcd.wire.KeyValue kv, String operation) {
    return namespace.out(Wire.keyValue(kv), operation);
  }

  static EtcdException malformed(String operation, String detail) {
    return new EtcdException(
        Code.MALFORMED_ANSWER,
        WriteOutcome.UNKNOWN,
        new EtcdException.Call(operation, null, 1),
        detail,
        null);
  }
}
