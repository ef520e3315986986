package dev.rondo.etcd.benchmarks.cache;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import java.util.Iterator;

/** A way to read; each returns something that depends on what was read. */
enum Read {
  GET("get of one key") {
    @Override
    long of(Source source, Bytes key) {
      return source.get(key).orElseThrow().version();
    }
  },
  CEILING("the first key from another on") {
    @Override
    long of(Source source, Bytes key) {
      return source.map().ceilingEntry(key).getValue().version();
    }
  },
  HUNDRED("the next hundred keys from one on") {
    @Override
    long of(Source source, Bytes key) {
      Iterator<KeyValue> next = source.map().tailMap(key, true).values().iterator();
      long sum = 0;
      for (int i = 0; i < 100 && next.hasNext(); i++) {
        sum += next.next().version();
      }
      return sum;
    }
  },
  ALL("all keys") {
    @Override
    long of(Source source, Bytes key) {
      long sum = 0;
      for (KeyValue kv : source.map().values()) {
        sum += kv.version();
      }
      return sum;
    }
  };

  private final String text;

  Read(String text) {
    this.text = text;
  }

  abstract long of(Source source, Bytes key);

  @Override
  public String toString() {
    return text;
  }
}
