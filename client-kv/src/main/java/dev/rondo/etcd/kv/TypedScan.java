package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The keys of a large range at one revision, as a typed view reads them; all of {@link Scan} is
 * true of this, too.
 *
 * <p>Where a key or its value cannot be decoded, the iterator throws a {@link DecodingException} in
 * its place, and goes on after it when it is asked again.
 *
 * @param <K> the type of keys
 * @param <V> the type of values
 */
public final class TypedScan<K, V> implements Iterable<TypedKeyValue<K, V>> {
  private final Scan scan;
  private final Codecs<K, V> codecs;

  TypedScan(Scan scan, Codecs<K, V> codecs) {
    this.scan = scan;
    this.codecs = codecs;
  }

  /** The revision that is read throughout. */
  public Revision revision() {
    return scan.revision();
  }

  /** The keys as a stream, which reads a page when it is needed. */
  public Stream<TypedKeyValue<K, V>> stream() {
    return StreamSupport.stream(spliterator(), false);
  }

  @Override
  public Iterator<TypedKeyValue<K, V>> iterator() {
    return new Decoding<>(scan.iterator(), codecs);
  }

  @Override
  public Spliterator<TypedKeyValue<K, V>> spliterator() {
    return Spliterators.spliteratorUnknownSize(
        iterator(), Spliterator.ORDERED | Spliterator.NONNULL);
  }

  private record Decoding<K, V>(Iterator<KeyValue> kvs, Codecs<K, V> codecs)
      implements Iterator<TypedKeyValue<K, V>> {
    @Override
    public boolean hasNext() {
      return kvs.hasNext();
    }

    @Override
    public TypedKeyValue<K, V> next() {
      return codecs.decode(kvs.next());
    }
  }
}
