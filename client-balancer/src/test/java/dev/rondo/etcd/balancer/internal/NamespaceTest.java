package dev.rondo.etcd.balancer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple.Tuple2;
import org.junit.jupiter.api.Test;

class NamespaceTest {
  @Property
  void noRangeLeadsOut(
      @ForAll("bytes") Bytes prefix, @ForAll("ranges") KeyRange names, @ForAll("bytes") Bytes key) {
    KeyRange keys = Namespace.ROOT.inside(prefix).in(names);

    boolean isInside = key.size() > prefix.size() && key.startsWith(prefix);
    assertThat(keys.contains(key)).isEqualTo(isInside && names.contains(key.from(prefix.size())));
  }

  @Property
  void aRangeHoldsWhatItsNamesDo(
      @ForAll("bytes") Bytes prefix,
      @ForAll("ranges") KeyRange names,
      @ForAll("bytes") Bytes name) {
    Namespace namespace = Namespace.ROOT.inside(prefix);

    assertThat(namespace.in(names).contains(namespace.in(name))).isEqualTo(names.contains(name));
  }

  @Property
  void whatComesOutIsWhatWentIn(@ForAll("bytes") Bytes prefix, @ForAll("bytes") Bytes name) {
    Namespace namespace = Namespace.ROOT.inside(prefix);
    Bytes key = namespace.in(name);

    assertThat(key).isEqualTo(prefix.append(name));
    assertThat(namespace.contains(key)).isTrue();
    assertThat(namespace.out(key, "get")).isEqualTo(name);
  }

  @Property
  void oneInsideAnotherHasBothPrefixes(
      @ForAll("bytes") Bytes outer,
      @ForAll("bytes") Bytes inner,
      @ForAll("ranges") KeyRange names) {
    Namespace nested = Namespace.ROOT.inside(outer).inside(inner);

    assertThat(nested.in(names)).isEqualTo(Namespace.ROOT.inside(outer.append(inner)).in(names));
    assertThat(nested.in(names))
        .isEqualTo(Namespace.ROOT.inside(outer).in(Namespace.ROOT.inside(inner).in(names)));
  }

  /** Few different bytes, so that prefixes and limits do occur. */
  @Provide
  Arbitrary<Bytes> bytes() {
    return Arbitraries.of((byte) 0, (byte) 1, (byte) 'a', (byte) 0xfe, (byte) 0xff)
        .array(byte[].class)
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(Bytes::of);
  }

  @Provide
  Arbitrary<KeyRange> ranges() {
    return Arbitraries.oneOf(
        bytes().map(KeyRange::key),
        bytes().map(KeyRange::prefix),
        bytes().map(KeyRange::from),
        bytes().tuple2().filter(ends -> !ends.get1().equals(ends.get2())).map(this::between),
        Arbitraries.just(KeyRange.all()));
  }

  private KeyRange between(Tuple2<Bytes, Bytes> ends) {
    return ends.get1().compareTo(ends.get2()) < 0
        ? KeyRange.interval(ends.get1(), ends.get2())
        : KeyRange.interval(ends.get2(), ends.get1());
  }

  @Test
  void endsARangeWithoutEndWhereThePrefixDoes() {
    Bytes ff = Bytes.of((byte) 0xff, (byte) 0xff);

    assertThat(Namespace.ROOT.inside(Bytes.utf8("a/")).in(KeyRange.from("k")))
        .isEqualTo(KeyRange.interval("a/k", "a0"));
    assertThat(Namespace.ROOT.inside(Bytes.utf8("a/")).in(KeyRange.all()))
        .isEqualTo(KeyRange.interval("a/\0", "a0"));
    assertThat(Namespace.ROOT.inside(ff).in(KeyRange.from("k")))
        .isEqualTo(KeyRange.from(ff.append(Bytes.utf8("k"))));
    assertThat(Namespace.ROOT.inside(Bytes.of((byte) 'a', (byte) 0xff)).in(KeyRange.all()).end())
        .isEqualTo(Bytes.utf8("b"));
  }

  @Test
  void leavesAllAsItIsAtTheRoot() {
    Bytes key = Bytes.utf8("k");
    KeyValue kv = kv(key);

    assertThat(Namespace.ROOT.in(key)).isSameAs(key);
    assertThat(Namespace.ROOT.in(KeyRange.all())).isSameAs(KeyRange.all());
    assertThat(Namespace.ROOT.out(key, "get")).isSameAs(key);
    assertThat(Namespace.ROOT.out(kv, "get")).isSameAs(kv);
    assertThat(Namespace.ROOT.contains(key)).isTrue();
  }

  @Test
  void changesNothingButTheNameOfAKey() {
    KeyValue kv = kv(Bytes.utf8("a/k"));

    assertThat(Namespace.ROOT.inside(Bytes.utf8("a/")).out(kv, "get"))
        .isEqualTo(kv(Bytes.utf8("k")));
  }

  private static KeyValue kv(Bytes key) {
    return new KeyValue(key, Bytes.utf8("v"), Revision.of(10), Revision.of(20), 3, LeaseId.of(77));
  }

  @Test
  void refusesAKeyThatLiesOutsideAndDoesNotNameIt() {
    Namespace namespace = Namespace.ROOT.inside(Bytes.utf8("a/"));

    for (String outside : new String[] {"a/", "a", "a0", "b/k", "k"}) {
      assertThat(namespace.contains(Bytes.utf8(outside))).isFalse();
      assertThatThrownBy(() -> namespace.out(Bytes.utf8(outside), "get"))
          .isInstanceOfSatisfying(
              EtcdException.class,
              failure -> assertThat(failure.code()).isEqualTo(Code.MALFORMED_ANSWER))
          .hasMessage(
              "get: the answer holds a key outside of the namespace [no endpoint, attempts 1]");
    }
  }

  @Test
  void refusesAnEmptyPrefix() {
    assertThatThrownBy(() -> Namespace.ROOT.inside(Bytes.EMPTY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the prefix of a namespace must have at least one byte, was empty");
  }
}
