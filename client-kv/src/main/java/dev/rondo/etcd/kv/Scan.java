package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Blocking;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The keys of a large range at one revision, in their order; see {@link KvClient#scan}. The first
 * page is read when the scan is made, each other one when it is needed. It holds nothing that would
 * have to be closed, and can be gone through again.
 *
 * <pre>{@code
 * Scan orders = kv.scan(KeyRange.prefix("orders/"));
 * for (KeyValue order : orders) {
 *   System.out.println(order.key().utf8());
 * }
 * Revision later = orders.revision().next(); // a watch from here sees all that comes after
 * }</pre>
 *
 * <p>Going on throws an {@link dev.rondo.etcd.api.EtcdException} if a page cannot be read, with
 * code {@code COMPACTED} if the revision was compacted meanwhile.
 */
public final class Scan implements Iterable<KeyValue> {
  private final ScanPage first;

  Scan(ScanPage first) {
    this.first = first;
  }

  /** The revision that is read throughout. */
  public Revision revision() {
    return first.revision();
  }

  /** The keys as a stream, which reads a page when it is needed. */
  public Stream<KeyValue> stream() {
    return StreamSupport.stream(spliterator(), false);
  }

  @Override
  public Iterator<KeyValue> iterator() {
    return new Keys(first);
  }

  @Override
  public Spliterator<KeyValue> spliterator() {
    return Spliterators.spliteratorUnknownSize(
        iterator(),
        Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL | Spliterator.IMMUTABLE);
  }

  private static final class Keys implements Iterator<KeyValue> {
    private ScanPage page;
    private int index;

    Keys(ScanPage first) {
      this.page = first;
    }

    @Override
    public boolean hasNext() {
      if (index == page.kvs().size() && !page.isLast()) {
        page = Blocking.await(page.next());
        index = 0;
      }
      return index < page.kvs().size();
    }

    @Override
    public KeyValue next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the scan is over");
      }
      return page.kvs().get(index++);
    }
  }
}
