package dev.rondo.etcd.benchmarks.cache;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.kv.KeyCache;
import java.util.NavigableMap;
import java.util.Optional;

/** What is read. */
interface Source {
  Optional<KeyValue> get(Bytes key);

  NavigableMap<Bytes, KeyValue> map();

  static Source of(NavigableMap<Bytes, KeyValue> map) {
    return new Source() {
      @Override
      public Optional<KeyValue> get(Bytes key) {
        return Optional.ofNullable(map.get(key));
      }

      @Override
      public NavigableMap<Bytes, KeyValue> map() {
        return map;
      }
    };
  }

  static Source of(KeyCache cache) {
    return new Source() {
      @Override
      public Optional<KeyValue> get(Bytes key) {
        return cache.get(key);
      }

      @Override
      public NavigableMap<Bytes, KeyValue> map() {
        return cache.snapshot().map();
      }
    };
  }
}
