package dev.rondo.etcd.integration;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.kv.Compare;
import dev.rondo.etcd.kv.DeleteOptions;
import dev.rondo.etcd.kv.DeleteResult;
import dev.rondo.etcd.kv.GetOptions;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Op;
import dev.rondo.etcd.kv.OpResult;
import dev.rondo.etcd.kv.PutOptions;
import dev.rondo.etcd.kv.PutResult;
import dev.rondo.etcd.kv.RangeResult;
import dev.rondo.etcd.kv.Txn;
import dev.rondo.etcd.kv.TxnResult;
import dev.rondo.etcd.testing.history.Answer;
import dev.rondo.etcd.testing.history.Condition;
import dev.rondo.etcd.testing.history.Entry;
import dev.rondo.etcd.testing.history.History;
import dev.rondo.etcd.testing.history.Keys;
import dev.rondo.etcd.testing.history.Operation;
import dev.rondo.etcd.testing.history.Result;
import java.util.List;

/** Does the operations of a history by a {@link KvClient}, and records how they ended. */
final class RecordedKv {
  private final KvClient kv;
  private final History history;

  RecordedKv(KvClient kv, History history) {
    this.kv = kv;
    this.history = history;
  }

  /** Returns the answer. A failure is recorded before it is thrown. */
  Answer call(Operation operation) {
    History.Call call = history.begin(operation);
    try {
      Answer answer = send(operation);
      call.answered(answer);
      return answer;
    } catch (EtcdException e) {
      if (e.outcome() == WriteOutcome.NOT_APPLIED) {
        call.notApplied();
      } else {
        call.unknown();
      }
      throw e;
    }
  }

  private Answer send(Operation operation) {
    Op op = op(operation);
    if (op instanceof Op.Put put) {
      PutResult done = kv.put(put.key(), put.value(), put.options());
      return answer(done.header().revision(), new OpResult.Put(done));
    }
    if (op instanceof Op.Get get) {
      RangeResult found = kv.get(get.range(), get.options());
      return answer(found.header().revision(), new OpResult.Get(found));
    }
    if (op instanceof Op.Delete delete) {
      DeleteResult done = kv.delete(delete.range(), delete.options());
      return answer(done.header().revision(), new OpResult.Delete(done));
    }
    TxnResult done = kv.txn(((Op.Nested) op).txn());
    return answer(done.header().revision(), new OpResult.Nested(done));
  }

  private static Op op(Operation operation) {
    if (operation instanceof Operation.Put put) {
      PutOptions options =
          put.previous() ? PutOptions.builder().prevKv().build() : PutOptions.DEFAULT;
      return new Op.Put(Bytes.utf8(put.key()), Bytes.utf8(put.value()), options);
    }
    if (operation instanceof Operation.Get get) {
      GetOptions options =
          get.serializable() ? GetOptions.builder().serializable().build() : GetOptions.DEFAULT;
      return new Op.Get(range(get.keys()), options);
    }
    if (operation instanceof Operation.Delete delete) {
      DeleteOptions options =
          delete.previous() ? DeleteOptions.builder().prevKv().build() : DeleteOptions.DEFAULT;
      return new Op.Delete(range(delete.keys()), options);
    }
    Operation.Txn txn = (Operation.Txn) operation;
    return new Op.Nested(
        new Txn(
            txn.conditions().stream().map(RecordedKv::compare).toList(),
            txn.then().stream().map(RecordedKv::op).toList(),
            txn.otherwise().stream().map(RecordedKv::op).toList()));
  }

  private static KeyRange range(Keys keys) {
    return keys.equals(Keys.one(keys.from()))
        ? KeyRange.key(keys.from())
        : KeyRange.interval(keys.from(), keys.to());
  }

  private static Compare compare(Condition condition) {
    if (condition instanceof Condition.OfValue value) {
      return Compare.value(value.key())
          .is(Compare.Relation.valueOf(value.relation().name()), Bytes.utf8(value.value()));
    }
    Condition.OfNumber asked = (Condition.OfNumber) condition;
    Compare.Relation relation = Compare.Relation.valueOf(asked.relation().name());
    return switch (asked.field()) {
      case VERSION -> Compare.version(asked.key()).is(relation, asked.number());
      case CREATE_REVISION ->
          Compare.createRevision(asked.key()).is(relation, Revision.of(asked.number()));
      case MOD_REVISION ->
          Compare.modRevision(asked.key()).is(relation, Revision.of(asked.number()));
    };
  }

  private static Answer answer(Revision revision, OpResult result) {
    return new Answer(revision.value(), result(result));
  }

  private static Result result(OpResult result) {
    if (result instanceof OpResult.Put put) {
      return new Result.Put(put.result().previous().map(RecordedKv::entry));
    }
    if (result instanceof OpResult.Get get) {
      return new Result.Get(entries(get.result().kvs()));
    }
    if (result instanceof OpResult.Delete delete) {
      return new Result.Delete(delete.result().deleted(), entries(delete.result().previous()));
    }
    TxnResult txn = ((OpResult.Nested) result).result();
    return new Result.Txn(txn.succeeded(), txn.results().stream().map(RecordedKv::result).toList());
  }

  private static List<Entry> entries(List<KeyValue> kvs) {
    return kvs.stream().map(RecordedKv::entry).toList();
  }

  private static Entry entry(KeyValue kv) {
    return new Entry(
        kv.key().utf8(),
        kv.value().utf8(),
        kv.createRevision().value(),
        kv.modRevision().value(),
        kv.version());
  }
}
