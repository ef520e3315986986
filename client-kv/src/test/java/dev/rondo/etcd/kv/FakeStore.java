package dev.rondo.etcd.kv;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keys and values at every revision, and what etcd answers when it is asked for a range of them.
 */
final class FakeStore {
  private final NavigableMap<Long, SortedMap<Bytes, KeyValue>> states = new TreeMap<>();
  final List<RangeRequest> asked = new ArrayList<>();

  FakeStore() {
    states.put(1L, new TreeMap<>());
  }

  Revision revision() {
    return Revision.of(states.lastKey());
  }

  void put(Bytes key, Bytes value) {
    long revision = states.lastKey() + 1;
    SortedMap<Bytes, KeyValue> state = new TreeMap<>(states.lastEntry().getValue());
    state.put(
        key,
        KeyValue.newBuilder()
            .setKey(ByteString.copyFrom(key.toByteArray()))
            .setValue(ByteString.copyFrom(value.toByteArray()))
            .setModRevision(revision)
            .build());
    states.put(revision, state);
  }

  void delete(Bytes key) {
    SortedMap<Bytes, KeyValue> state = new TreeMap<>(states.lastEntry().getValue());
    state.remove(key);
    states.put(states.lastKey() + 1, state);
  }

  /** The keys of a range as they stand now, in their order. */
  List<Bytes> keys(KeyRange range) {
    return states.lastEntry().getValue().keySet().stream().filter(range::contains).toList();
  }

  RangeResponse answer(RangeRequest request) {
    asked.add(request);
    KeyRange range =
        new KeyRange(
            Bytes.of(request.getKey().toByteArray()),
            Bytes.of(request.getRangeEnd().toByteArray()));
    long revision = request.getRevision() == 0 ? states.lastKey() : request.getRevision();
    List<KeyValue> found =
        states.floorEntry(revision).getValue().entrySet().stream()
            .filter(entry -> range.contains(entry.getKey()))
            .map(entry -> entry.getValue())
            .toList();
    int limit = (int) Math.min(request.getLimit(), found.size());
    return RangeResponse.newBuilder()
        .setHeader(ResponseHeader.newBuilder().setRevision(states.lastKey()))
        .addAllKvs(found.subList(0, limit))
        .setCount(found.size())
        .setMore(limit < found.size())
        .build();
  }
}
