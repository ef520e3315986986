package dev.rondo.etcd.kv;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A key space with its history, as a watch sees it. Keys are text. */
final class ModelStore {
  private final NavigableMap<Long, NavigableMap<String, KeyValue>> states = new TreeMap<>();
  private final NavigableMap<Long, List<Event>> changes = new TreeMap<>();
  private final NavigableMap<Long, List<Event>> plainChanges = new TreeMap<>(); // no prev_kv
  private long compacted;

  ModelStore() {
    states.put(1L, new TreeMap<>());
  }

  long revision() {
    return states.lastKey();
  }

  long compacted() {
    return compacted;
  }

  NavigableMap<String, KeyValue> state() {
    return states.lastEntry().getValue();
  }

  /** What there was at {@code revision}. */
  NavigableMap<String, KeyValue> state(long revision) {
    return states.floorEntry(revision).getValue();
  }

  /** This many changes elsewhere, of which watches hear nothing. */
  void skip(int count) {
    states.put(revision() + count, state());
  }

  void put(String... keys) {
    apply(keys, new String[0]);
  }

  void delete(String... keys) {
    apply(new String[0], keys);
  }

  /** One transaction; does nothing if it would change nothing. */
  void apply(String[] puts, String[] deletes) {
    long revision = revision() + 1;
    NavigableMap<String, KeyValue> state = new TreeMap<>(state());
    List<Event> events = new ArrayList<>();
    for (String key : puts) {
      KeyValue before = state.get(key);
      KeyValue after =
          KeyValue.newBuilder()
              .setKey(ByteString.copyFromUtf8(key))
              .setValue(ByteString.copyFromUtf8(key + "@" + revision))
              .setCreateRevision(before == null ? revision : before.getCreateRevision())
              .setModRevision(revision)
              .setVersion(before == null ? 1 : before.getVersion() + 1)
              .build();
      events.add(event(Event.EventType.PUT, after, before));
      state.put(key, after);
    }
    for (String key : deletes) {
      KeyValue before = state.remove(key);
      if (before != null) {
        KeyValue gone =
            KeyValue.newBuilder().setKey(before.getKey()).setModRevision(revision).build();
        events.add(event(Event.EventType.DELETE, gone, before));
      }
    }
    if (!events.isEmpty()) {
      states.put(revision, state);
      changes.put(revision, events);
      plainChanges.put(
          revision, events.stream().map(event -> event.toBuilder().clearPrevKv().build()).toList());
    }
  }

  private static Event event(Event.EventType type, KeyValue kv, KeyValue before) {
    Event.Builder event = Event.newBuilder().setType(type).setKv(kv);
    if (before != null) {
      event.setPrevKv(before);
    }
    return event.build();
  }

  void compact(long revision) {
    compacted = Math.max(compacted, revision);
  }

  /** All changes from {@code revision} on, revision by revision, compacted ones included. */
  NavigableMap<Long, List<Event>> from(long revision, boolean isPrevKv) {
    return (isPrevKv ? changes : plainChanges).tailMap(revision, true);
  }

  static Bytes bytes(ByteString bytes) {
    return Bytes.of(bytes.toByteArray());
  }

  RangeResponse answer(RangeRequest request) {
    return answer(request, revision());
  }

  /** What a member says that knows the revisions up to {@code last} only. */
  RangeResponse answer(RangeRequest request, long last) {
    long revision = request.getRevision() == 0 ? last : request.getRevision();
    KeyRange range = new KeyRange(bytes(request.getKey()), bytes(request.getRangeEnd()));
    List<KeyValue> found =
        state(revision).values().stream().filter(kv -> range.contains(bytes(kv.getKey()))).toList();
    List<KeyValue> young =
        found.stream().filter(kv -> kv.getModRevision() >= request.getMinModRevision()).toList();
    int limit =
        request.getLimit() == 0 ? young.size() : (int) Math.min(request.getLimit(), young.size());
    return RangeResponse.newBuilder()
        .setHeader(ResponseHeader.newBuilder().setRevision(last))
        .addAllKvs(young.subList(0, limit))
        .setCount(found.size())
        .setMore(limit < young.size())
        .build();
  }
}
