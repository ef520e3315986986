package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.wire.KeyValue;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple.Tuple2;

/**
 * Whatever a client in a namespace does: it gets what a client gets that has a store to itself, and
 * keys outside stay as they are.
 */
class NamespaceOperationsTest {
  /** An operation, and all that its caller sees. */
  private interface Step extends Function<KvClient, Object> {}

  @Property(tries = 250)
  void isAStoreOfItsOwn(
      @ForAll("prefixes") Tuple2<Bytes, Bytes> prefixes,
      @ForAll("keyLists") List<Bytes> neighbours,
      @ForAll("steps") List<Step> steps) {
    Bytes prefix = prefixes.get1().append(prefixes.get2());
    var shared = new FakeKv();
    neighbours.forEach(key -> addOutside(shared, prefix, key));
    Map<Bytes, KeyValue> outside = new TreeMap<>(shared.keys);
    var own = new FakeKv();
    KvClient inside = client(shared).namespace(prefixes.get1()).namespace(prefixes.get2());
    KvClient alone = client(own);

    for (Step step : steps) {
      assertThat(step.apply(inside)).isEqualTo(step.apply(alone));
    }

    Map<Bytes, KeyValue> after = new TreeMap<>(outside);
    own.keys.forEach((name, kv) -> after.put(prefix.append(name), named(prefix.append(name), kv)));
    assertThat(shared.keys).isEqualTo(after);
  }

  private static KvClient client(FakeKv store) {
    return new GrpcKvClient(new FakeCalls(store), Namespace.ROOT);
  }

  /** Adds a key as it is if it lies outside, and those next to the namespace. */
  private static void addOutside(FakeKv store, Bytes prefix, Bytes key) {
    byte[] next = prefix.toByteArray();
    next[next.length - 1]++;
    for (Bytes candidate : List.of(key, prefix, Bytes.of(next), Bytes.of(next).append(key))) {
      if (candidate.equals(prefix) || !candidate.startsWith(prefix)) {
        KeyValue kv = KeyValue.newBuilder().setVersion(1).setModRevision(1).build();
        store.keys.put(candidate, named(candidate, kv));
      }
    }
  }

  private static KeyValue named(Bytes key, KeyValue kv) {
    return kv.toBuilder().setKey(ByteString.copyFrom(key.toByteArray())).build();
  }

  @Provide
  Arbitrary<Tuple2<Bytes, Bytes>> prefixes() {
    return bytes().tuple2();
  }

  @Provide
  Arbitrary<List<Bytes>> keyLists() {
    return bytes().list().ofMinSize(1).ofMaxSize(8);
  }

  private static Arbitrary<Bytes> bytes() {
    return Arbitraries.of((byte) 0, (byte) 'a', (byte) 0xff)
        .array(byte[].class)
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(Bytes::of);
  }

  private static Arbitrary<KeyRange> ranges() {
    return Arbitraries.oneOf(
        bytes().map(KeyRange::key),
        bytes().map(KeyRange::prefix),
        bytes().map(KeyRange::from),
        bytes().map(start -> KeyRange.interval(start, start.append(Bytes.utf8("a")))),
        Arbitraries.just(KeyRange.all()));
  }

  private static Arbitrary<Bytes> values() {
    return Arbitraries.of("", "x", "y").map(Bytes::utf8);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Step> puts =
        Combinators.combine(bytes(), values(), putOptions())
            .as((key, value, options) -> kv -> kv.put(key, value, options));
    Arbitrary<Step> gets =
        Combinators.combine(ranges(), getOptions())
            .as((range, options) -> kv -> kv.get(range, options));
    Arbitrary<Step> singles = bytes().map(key -> kv -> kv.get(key));
    Arbitrary<Step> deletes =
        Combinators.combine(ranges(), Arbitraries.of(true, false))
            .as((range, asks) -> kv -> kv.delete(range, asking(asks)));
    Arbitrary<Step> conditional =
        Combinators.combine(bytes(), values(), values(), Arbitraries.integers().between(0, 2))
            .as((key, value, other, kind) -> kv -> conditional(kv, kind, key, value, other));
    Arbitrary<Step> txns = txns(1).map(txn -> kv -> kv.txn(txn));
    Arbitrary<Step> scans =
        Combinators.combine(ranges(), Arbitraries.integers().between(1, 3))
            .as(
                (range, size) ->
                    kv -> kv.scan(range, scan -> scan.pageSize(size)).stream().toList());
    return Arbitraries.oneOf(puts, puts, gets, singles, deletes, conditional, txns, scans)
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }

  private static Object conditional(KvClient kv, int kind, Bytes key, Bytes value, Bytes other) {
    return switch (kind) {
      case 0 -> kv.putIfAbsent(key, value, LeaseId.of(7));
      case 1 -> kv.compareAndSet(key, value, other);
      default -> kv.compareAndSet(key, Revision.NONE, value);
    };
  }

  private static Arbitrary<PutOptions> putOptions() {
    return Arbitraries.of(
        PutOptions.DEFAULT,
        PutOptions.builder().prevKv().build(),
        PutOptions.builder().lease(LeaseId.of(7)).build());
  }

  private static Arbitrary<GetOptions> getOptions() {
    return Arbitraries.of(
        GetOptions.DEFAULT,
        GetOptions.builder().limit(1).build(),
        GetOptions.builder().keysOnly().build(),
        GetOptions.builder().countOnly().build());
  }

  private static Consumer<DeleteOptions.Builder> asking(boolean prevKv) {
    return prevKv ? DeleteOptions.Builder::prevKv : options -> {};
  }

  private static Arbitrary<Txn> txns(int depth) {
    return Combinators.combine(compares().list().ofMaxSize(2), ops(depth), ops(depth))
        .as(Txn::new)
        .filter(txn -> !txn.equals(Txn.EMPTY));
  }

  private static Arbitrary<List<Op>> ops(int depth) {
    Arbitrary<Op> gets = ranges().map(Op::get);
    Arbitrary<Op> puts =
        Combinators.combine(bytes(), values()).as((key, value) -> Op.put(key, value));
    Arbitrary<Op> deletes =
        Combinators.combine(ranges(), Arbitraries.of(true, false))
            .as((range, asks) -> Op.delete(range, asking(asks)));
    Arbitrary<Op> op =
        depth == 0
            ? Arbitraries.oneOf(gets, puts, deletes)
            : Arbitraries.oneOf(gets, puts, deletes, txns(depth - 1).map(Op::txn));
    return op.list().ofMaxSize(3);
  }

  private static Arbitrary<Compare> compares() {
    Arbitrary<Compare.Relation> relations = Arbitraries.of(Compare.Relation.values());
    return Combinators.combine(ranges(), relations, Arbitraries.integers().between(0, 4))
        .as(NamespaceOperationsTest::compare);
  }

  private static Compare compare(KeyRange range, Compare.Relation relation, int target) {
    return switch (target) {
      case 0 -> Compare.version(range).is(relation, 1);
      case 1 -> Compare.createRevision(range).is(relation, Revision.NONE);
      case 2 -> Compare.modRevision(range).is(relation, Revision.of(2));
      case 3 -> Compare.value(range).is(relation, Bytes.utf8("x"));
      default -> Compare.lease(range).is(relation, LeaseId.of(7));
    };
  }
}
