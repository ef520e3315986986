package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.balancer.internal.Wire;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.Compare.CompareResult;
import dev.rondo.etcd.wire.Compare.CompareTarget;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.WatchCancelRequest;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchRequest;

/** Turns what callers ask for into messages, with the keys of a namespace under their names. */
final class Requests {
  private final Namespace namespace;

  Requests(Namespace namespace) {
    this.namespace = namespace;
  }

  RangeRequest range(KeyRange range, GetOptions options) {
    RangeRequest.Builder request = range(range);
    if (options != GetOptions.DEFAULT) {
      apply(options, request);
    }
    return request.build();
  }

  private RangeRequest.Builder range(KeyRange range) {
    KeyRange keys = namespace.in(range);
    return RangeRequest.newBuilder()
        .setKey(Wire.bytes(keys.start()))
        .setRangeEnd(Wire.bytes(keys.end()));
  }

  private static void apply(GetOptions options, RangeRequest.Builder request) {
    request
        .setLimit(options.limit())
        .setRevision(options.revision().value())
        .setSerializable(options.isSerializable())
        .setKeysOnly(options.isKeysOnly())
        .setCountOnly(options.isCountOnly())
        .setMinModRevision(options.minModRevision().value())
        .setMaxModRevision(options.maxModRevision().value())
        .setMinCreateRevision(options.minCreateRevision().value())
        .setMaxCreateRevision(options.maxCreateRevision().value());
    // For any sort that is asked for, even the order it reads in, etcd reads the whole range.
    if (!options.isInOrderOfKeys()) {
      request.setSortTarget(target(options.sortTarget())).setSortOrder(order(options.sortOrder()));
    }
  }

  private static RangeRequest.SortTarget target(SortTarget target) {
    return switch (target) {
      case KEY -> RangeRequest.SortTarget.KEY;
      case VERSION -> RangeRequest.SortTarget.VERSION;
      case CREATE -> RangeRequest.SortTarget.CREATE;
      case MOD -> RangeRequest.SortTarget.MOD;
      case VALUE -> RangeRequest.SortTarget.VALUE;
    };
  }

  private static RangeRequest.SortOrder order(SortOrder order) {
    return order == SortOrder.ASCEND
        ? RangeRequest.SortOrder.ASCEND
        : RangeRequest.SortOrder.DESCEND;
  }

  RangeRequest page(KeyRange range, ScanOptions options) {
    return range(range)
        .setLimit(options.pageSize())
        .setKeysOnly(options.isKeysOnly())
        .setRevision(options.revision().value())
        .build();
  }

  PutRequest put(Op.Put put) {
    PutRequest.Builder request =
        PutRequest.newBuilder()
            .setKey(Wire.bytes(namespace.in(put.key())))
            .setValue(Wire.bytes(put.value()));
    PutOptions options = put.options();
    if (options != PutOptions.DEFAULT) {
      request
          .setLease(options.lease().value())
          .setPrevKv(options.isPrevKv())
          .setIgnoreValue(options.isIgnoreValue())
          .setIgnoreLease(options.isIgnoreLease());
    }
    return request.build();
  }

  DeleteRangeRequest delete(KeyRange range, DeleteOptions options) {
    KeyRange keys = namespace.in(range);
    return DeleteRangeRequest.newBuilder()
        .setKey(Wire.bytes(keys.start()))
        .setRangeEnd(Wire.bytes(keys.end()))
        .setPrevKv(options.isPrevKv())
        .build();
  }

  static CompactionRequest compact(Revision revision, CompactOptions options) {
    if (revision.value() == 0) {
      throw new IllegalArgumentException("revision must be at least 1, was 0");
    }
    return CompactionRequest.newBuilder()
        .setRevision(revision.value())
        .setPhysical(options.isPhysical())
        .build();
  }

  /**
   * Asks for fragments, so that a batch may be larger than a message, and for progress, so that the
   * revision of a quiet watch stays young.
   *
   * @param start the first revision wanted; 0 for what comes after now
   * @param id what the watch shall be known by
   */
  WatchRequest watch(KeyRange range, WatchOptions options, long start, long id) {
    KeyRange keys = namespace.in(range);
    WatchCreateRequest.Builder request =
        WatchCreateRequest.newBuilder()
            .setKey(Wire.bytes(keys.start()))
            .setRangeEnd(Wire.bytes(keys.end()))
            .setStartRevision(start)
            .setProgressNotify(true)
            .setPrevKv(options.isPrevKv())
            .setWatchId(id)
            .setFragment(true);
    if (!options.hasPuts()) {
      request.addFilters(WatchCreateRequest.FilterType.NOPUT);
    }
    if (!options.hasDeletes()) {
      request.addFilters(WatchCreateRequest.FilterType.NODELETE);
    }
    return WatchRequest.newBuilder().setCreateRequest(request).build();
  }

  static WatchRequest cancelWatch(long id) {
    return WatchRequest.newBuilder()
        .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
        .build();
  }

  /** Reads next to nothing, for who wants to know whether the range may be read. */
  RangeRequest anyKeyOf(KeyRange range) {
    return range(range).setLimit(1).setKeysOnly(true).build();
  }

  TxnRequest txn(Txn txn) {
    TxnRequest.Builder request = TxnRequest.newBuilder();
    for (Compare compare : txn.compares()) {
      request.addCompare(compare(compare));
    }
    for (Op op : txn.success()) {
      request.addSuccess(op(op));
    }
    for (Op op : txn.failure()) {
      request.addFailure(op(op));
    }
    return request.build();
  }

  private RequestOp op(Op op) {
    RequestOp.Builder request = RequestOp.newBuilder();
    if (op instanceof Op.Get get) {
      request.setRequestRange(range(get.range(), get.options()));
    } else if (op instanceof Op.Put put) {
      request.setRequestPut(put(put));
    } else if (op instanceof Op.Delete delete) {
      request.setRequestDeleteRange(delete(delete.range(), delete.options()));
    } else if (op instanceof Op.Nested nested) {
      request.setRequestTxn(txn(nested.txn()));
    }
    return request.build();
  }

  private dev.rondo.etcd.wire.Compare compare(Compare compare) {
    KeyRange keys = namespace.in(compare.range());
    dev.rondo.etcd.wire.Compare.Builder request =
        dev.rondo.etcd.wire.Compare.newBuilder()
            .setResult(result(compare.relation()))
            .setKey(Wire.bytes(keys.start()))
            .setRangeEnd(Wire.bytes(keys.end()));
    if (compare instanceof Compare.Version version) {
      request.setTarget(CompareTarget.VERSION).setVersion(version.version());
    } else if (compare instanceof Compare.CreateRevision create) {
      request.setTarget(CompareTarget.CREATE).setCreateRevision(create.revision().value());
    } else if (compare instanceof Compare.ModRevision mod) {
      request.setTarget(CompareTarget.MOD).setModRevision(mod.revision().value());
    } else if (compare instanceof Compare.Value value) {
      request.setTarget(CompareTarget.VALUE).setValue(Wire.bytes(value.value()));
    } else if (compare instanceof Compare.Lease lease) {
      request.setTarget(CompareTarget.LEASE).setLease(lease.lease().value());
    }
    return request.build();
  }

  private static CompareResult result(Compare.Relation relation) {
    return switch (relation) {
      case EQUAL -> CompareResult.EQUAL;
      case NOT_EQUAL -> CompareResult.NOT_EQUAL;
      case GREATER -> CompareResult.GREATER;
      case LESS -> CompareResult.LESS;
    };
  }
}
