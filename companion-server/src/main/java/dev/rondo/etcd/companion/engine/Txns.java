package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.lease.Lessor;
import dev.rondo.etcd.companion.storage.Interval;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.ResponseOp;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Runs transactions, in etcd's three steps: all conditions first, those of nested transactions
 * included, then the checks of whatever was chosen, and only then, when nothing can be refused any
 * more, the operations.
 */
final class Txns {
  private final Store store;
  private final Lessor leases;
  private final Headers headers;

  Txns(Store store, Lessor leases, Headers headers) {
    this.store = store;
    this.leases = leases;
    this.headers = headers;
  }

  /** Whether nothing but ranges stands in it: such a one needs no agreement. */
  static boolean isReadOnly(TxnRequest request) {
    return request.getSuccessList().stream().allMatch(RequestOp::hasRequestRange)
        && request.getFailureList().stream().allMatch(RequestOp::hasRequestRange);
  }

  /** Whether a read-only one may be answered from what this member has, be it old. */
  static boolean isSerializable(TxnRequest request) {
    return request.getSuccessList().stream().allMatch(op -> op.getRequestRange().getSerializable())
        && request.getFailureList().stream().allMatch(op -> op.getRequestRange().getSerializable());
  }

  /** Whether a read-only one looks at few keys. */
  static boolean isShort(TxnRequest request) {
    return request.getCompareList().stream().allMatch(compare -> compare.getRangeEnd().isEmpty())
        && request.getSuccessList().stream().allMatch(Txns::isOfOneKey)
        && request.getFailureList().stream().allMatch(Txns::isOfOneKey);
  }

  private static boolean isOfOneKey(RequestOp op) {
    return op.getRequestRange().getRangeEnd().isEmpty();
  }

  /** Runs a read-only one, on any thread. */
  TxnResponse read(TxnRequest request) {
    return View.atNewest(store, view -> read(view, request));
  }

  private TxnResponse read(View view, TxnRequest request) {
    var chosen = Chosen.of(view, request);
    checkRanges(view, chosen);
    var responses = new ArrayList<ResponseOp>(chosen.ops().size());
    for (var op : chosen.ops()) {
      responses.add(range(view, op.getRequestRange()));
    }
    return response(chosen, responses).setHeader(headers.at(view.revision())).build();
  }

  /** Runs any, on the applying thread. */
  TxnResponse write(TxnRequest request) {
    var view = new View.Fixed(store, store.revision());
    var chosen = Chosen.of(view, request);
    checkPuts(view, chosen);
    checkRanges(view, chosen);
    try (var change = store.begin()) {
      var responses = new Run(change, view.revision()).all(chosen);
      long revision = change.commit();
      return response(chosen, responses).setHeader(headers.at(revision)).build();
    }
  }

  private static TxnResponse.Builder response(Chosen chosen, List<ResponseOp> responses) {
    return TxnResponse.newBuilder().setSucceeded(chosen.succeeded()).addAllResponses(responses);
  }

  private static ResponseOp range(View view, RangeRequest request) {
    return ResponseOp.newBuilder()
        .setResponseRange(Ranges.range(view, request, Headers::inner))
        .build();
  }

  private void checkPuts(View view, Chosen chosen) {
    var nested = chosen.nested().iterator();
    for (var op : chosen.ops()) {
      if (op.hasRequestPut()) {
        checkPut(view, op.getRequestPut());
      } else if (op.hasRequestTxn()) {
        checkPuts(view, nested.next());
      }
    }
  }

  private void checkPut(View view, PutRequest put) {
    if ((put.getIgnoreValue() || put.getIgnoreLease())
        && view.count(Interval.of(put.getKey()), 0).count() == 0) {
      throw EtcdError.KEY_NOT_FOUND.exception();
    }
    if (put.getLease() != Writes.NO_LEASE && !leases.exists(put.getLease())) {
      throw EtcdError.LEASE_NOT_FOUND.exception();
    }
  }

  private void checkRanges(View view, Chosen chosen) {
    var nested = chosen.nested().iterator();
    for (var op : chosen.ops()) {
      if (op.hasRequestRange()) {
        checkRange(view, op.getRequestRange());
      } else if (op.hasRequestTxn()) {
        checkRanges(view, nested.next());
      }
    }
  }

  private void checkRange(View view, RangeRequest range) {
    long revision = range.getRevision();
    if (revision > view.revision()) {
      throw EtcdError.FUTURE_REVISION.exception();
    }
    // unlike a range outside of a transaction, which takes a negative revision for none
    if (revision != 0 && revision < store.compactRevision()) {
      throw EtcdError.COMPACTED.exception();
    }
  }

  /** A transaction of which the branch to run is known, and those of the nested ones in it. */
  private record Chosen(boolean succeeded, List<RequestOp> ops, List<Chosen> nested) {
    static Chosen of(View view, TxnRequest request) {
      boolean succeeded = Compares.holds(view, request.getCompareList());
      var ops = succeeded ? request.getSuccessList() : request.getFailureList();
      var nested = new ArrayList<Chosen>();
      for (var op : ops) {
        if (op.hasRequestTxn()) {
          nested.add(of(view, op.getRequestTxn()));
        }
      }
      return new Chosen(succeeded, ops, nested);
    }
  }

  /** The third step of a transaction that writes. */
  private final class Run {
    private final Writes writes;
    private final View.Changing view;

    Run(Store.Transaction change, long before) {
      this.writes = new Writes(change, leases);
      this.view = new View.Changing(change, before);
    }

    List<ResponseOp> all(Chosen chosen) {
      var nested = chosen.nested().iterator();
      var responses = new ArrayList<ResponseOp>(chosen.ops().size());
      for (var op : chosen.ops()) {
        responses.add(one(op, nested));
      }
      return responses;
    }

    private ResponseOp one(RequestOp op, Iterator<Chosen> nested) {
      return switch (op.getRequestCase()) {
        case REQUEST_RANGE -> range(view, op.getRequestRange());
        case REQUEST_PUT -> {
          var response = writes.put(op.getRequestPut());
          yield ResponseOp.newBuilder()
              .setResponsePut(response.setHeader(Headers.inner(view.revision())))
              .build();
        }
        case REQUEST_DELETE_RANGE -> {
          var response = writes.delete(op.getRequestDeleteRange());
          yield ResponseOp.newBuilder()
              .setResponseDeleteRange(response.setHeader(Headers.inner(view.revision())))
              .build();
        }
        case REQUEST_TXN -> {
          var chosen = nested.next();
          // a nested answer has a header, but nothing in it
          var response = response(chosen, all(chosen)).setHeader(Headers.inner(0));
          yield ResponseOp.newBuilder().setResponseTxn(response).build();
        }
        case REQUEST_NOT_SET -> ResponseOp.getDefaultInstance();
      };
    }
  }
}
