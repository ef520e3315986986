package dev.rondo.etcd.companion.engine;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.storage.Interval;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeRequest.SortOrder;
import dev.rondo.etcd.wire.RangeRequest.SortTarget;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Answers range requests. The order of steps is etcd's, and shows: the count is of all keys before
 * they are filtered, and a limit without an explicit order cuts before the keys are sorted.
 */
final class Ranges {
  private Ranges() {}

  /**
   * @param header the header for the revision that was seen
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException COMPACTED or FUTURE_REVISION
   */
  static RangeResponse range(View view, RangeRequest request, LongFunction<ResponseHeader> header) {
    var keys = new Interval(request.getKey(), request.getRangeEnd());
    if (request.getCountOnly()) {
      var page = view.count(keys, request.getRevision());
      return RangeResponse.newBuilder()
          .setHeader(header.apply(page.revision()))
          .setCount(page.count())
          .build();
    }
    var page = view.range(keys, request.getRevision(), fetchLimit(request));
    var response =
        RangeResponse.newBuilder().setHeader(header.apply(page.revision())).setCount(page.count());
    var found = sorted(request, filtered(request, page.keyValues()));
    if (request.getLimit() > 0 && found.size() > request.getLimit()) {
      found = found.subList(0, (int) request.getLimit());
      response.setMore(true);
    }
    return response.addAllKvs(request.getKeysOnly() ? withoutValues(found) : found).build();
  }

  /** One more than was asked for, to tell whether there are more; 0 for all. */
  private static long fetchLimit(RangeRequest request) {
    if (request.getSortOrder() != SortOrder.NONE || isFiltered(request)) {
      return 0;
    }
    long limit = request.getLimit();
    return limit <= 0 || limit == Long.MAX_VALUE ? 0 : limit + 1;
  }

  private static boolean isFiltered(RangeRequest request) {
    return request.getMinModRevision() != 0
        || request.getMaxModRevision() != 0
        || request.getMinCreateRevision() != 0
        || request.getMaxCreateRevision() != 0;
  }

  private static List<KeyValue> filtered(RangeRequest request, List<KeyValue> found) {
    if (!isFiltered(request)) {
      return found;
    }
    var kept = new ArrayList<KeyValue>();
    for (var keyValue : found) {
      long mod = keyValue.getModRevision();
      long create = keyValue.getCreateRevision();
      if (isWithin(mod, request.getMinModRevision(), request.getMaxModRevision())
          && isWithin(create, request.getMinCreateRevision(), request.getMaxCreateRevision())) {
        kept.add(keyValue);
      }
    }
    return kept;
  }

  /** A bound of 0 is none. */
  private static boolean isWithin(long revision, long min, long max) {
    return (min == 0 || revision >= min) && (max == 0 || revision <= max);
  }

  /** Keys come in ascending order, so that ties stay in it. */
  private static List<KeyValue> sorted(RangeRequest request, List<KeyValue> found) {
    boolean isByKey = request.getSortTarget() == SortTarget.KEY;
    boolean isDescending = request.getSortOrder() == SortOrder.DESCEND;
    if (isByKey && !isDescending) {
      return found;
    }
    var order = order(request.getSortTarget());
    var sorted = new ArrayList<>(found);
    sorted.sort(isDescending ? order.reversed() : order);
    return sorted;
  }

  private static Comparator<KeyValue> order(SortTarget target) {
    var bytes = ByteString.unsignedLexicographicalComparator();
    return switch (target) {
      case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
      case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
      case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
      case VALUE -> Comparator.comparing(KeyValue::getValue, bytes);
      case KEY, UNRECOGNIZED -> Comparator.comparing(KeyValue::getKey, bytes);
    };
  }

  private static List<KeyValue> withoutValues(List<KeyValue> found) {
    var keys = new ArrayList<KeyValue>(found.size());
    for (var keyValue : found) {
      keys.add(keyValue.toBuilder().clearValue().build());
    }
    return keys;
  }
}
