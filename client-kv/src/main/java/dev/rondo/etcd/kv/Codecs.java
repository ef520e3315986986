package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Codec;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.kv.DecodingException.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The codecs of a typed view, and what they make of results. */
record Codecs<K, V>(Codec<K> keys, Codec<V> values) {
  Bytes key(K key) {
    return keys.encode(key);
  }

  Bytes value(V value) {
    return values.encode(value);
  }

  /** Reads a key without its value, of which no more than the revision of its deletion is left. */
  K decode(Bytes key, Revision modRevision) {
    return decode(keys, key, Part.KEY, key, modRevision);
  }

  TypedKeyValue<K, V> decode(KeyValue kv) {
    return new TypedKeyValue<>(
        decode(kv.key(), kv.modRevision()),
        decode(values, kv.value(), Part.VALUE, kv.key(), kv.modRevision()),
        kv.createRevision(),
        kv.modRevision(),
        kv.version(),
        kv.lease());
  }

  private static <T> T decode(
      Codec<T> codec, Bytes bytes, Part part, Bytes key, Revision modRevision) {
    try {
      return Objects.requireNonNull(codec.decode(bytes), "the codec returned null");
    } catch (RuntimeException e) {
      throw new DecodingException(part, key, modRevision, e);
    }
  }

  TypedRangeResult<K, V> decode(RangeResult result) {
    return new TypedRangeResult<>(
        result.header(), decode(result.kvs()), result.count(), result.more());
  }

  TypedPutResult<K, V> decode(PutResult result) {
    return new TypedPutResult<>(result.header(), result.previous().map(this::decode));
  }

  TypedDeleteResult<K, V> decode(DeleteResult result) {
    return new TypedDeleteResult<>(result.header(), result.deleted(), decode(result.previous()));
  }

  TypedConditionalPutResult<K, V> decode(ConditionalPutResult result) {
    return new TypedConditionalPutResult<>(
        result.header(), result.succeeded(), result.existing().map(this::decode));
  }

  List<TypedKeyValue<K, V>> decode(List<KeyValue> kvs) {
    List<TypedKeyValue<K, V>> decoded = new ArrayList<>(kvs.size());
    for (KeyValue kv : kvs) {
      decoded.add(decode(kv));
    }
    return decoded;
  }

  static GetOptions requireValues(GetOptions options) {
    requireValues(options.isKeysOnly());
    return options;
  }

  static ScanOptions requireValues(ScanOptions options) {
    requireValues(options.isKeysOnly());
    return options;
  }

  private static void requireValues(boolean isKeysOnly) {
    if (isKeysOnly) {
      throw new IllegalArgumentException(
          "a typed view must read keys with their values, was asked for keysOnly");
    }
  }
}
