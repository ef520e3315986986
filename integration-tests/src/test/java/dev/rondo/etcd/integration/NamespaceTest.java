package dev.rondo.etcd.integration;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.EtcdNamespace;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.kv.Compare;
import dev.rondo.etcd.kv.DeleteOptions;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Op;
import dev.rondo.etcd.kv.PutOptions;
import dev.rondo.etcd.kv.Txn;
import dev.rondo.etcd.kv.WatchEvent;
import dev.rondo.etcd.kv.WatchOptions;
import dev.rondo.etcd.lease.BoundKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Two namespaces of one store side by side, one inside another, and what lies outside. */
@Timeout(120)
@ParameterizedClass
@MethodSource("dev.rondo.etcd.integration.SingleMember#ofEach")
class NamespaceTest {
  private static final Duration PATIENCE = ofSeconds(30);

  private final SingleMember etcd;
  private final String prefix;
  private final EtcdNamespace inA;
  private final EtcdNamespace inB;
  private final KvClient a;
  private final KvClient b;
  private final KvClient outside;

  NamespaceTest(SingleMember etcd) {
    this.etcd = etcd;
    this.prefix = etcd.newPrefix();
    this.inA = etcd.client().namespace(prefix).namespace("a/");
    this.inB = etcd.client().namespace(prefix + "b/");
    this.a = inA.kv();
    this.b = inB.kv();
    this.outside = etcd.kv();
  }

  /** The same names in both, and the neighbours of {@code a/}. */
  @BeforeEach
  void write() {
    for (String name : List.of("1", "2", "3")) {
      a.put(name, "a" + name);
      b.put(name, "b" + name);
    }
    for (String neighbour : List.of("a", "a/", "a0")) {
      outside.put(prefix + neighbour, "out");
    }
  }

  private static List<String> texts(Iterable<KeyValue> kvs) {
    return StreamSupport.stream(kvs.spliterator(), false).map(NamespaceTest::text).toList();
  }

  private static String text(KeyValue kv) {
    return kv.key().utf8() + "=" + kv.value().utf8();
  }

  private List<String> all() {
    return texts(outside.get(KeyRange.prefix(prefix)).kvs()).stream()
        .map(text -> text.substring(prefix.length()))
        .toList();
  }

  @Test
  void readsItsOwnKeys() {
    assertThat(a.get("1").map(NamespaceTest::text)).contains("1=a1");
    assertThat(a.get("a/1")).isEmpty();
    assertThat(a.get(prefix + "a/1")).isEmpty();
    assertThat(texts(a.get(KeyRange.all()).kvs())).containsExactly("1=a1", "2=a2", "3=a3");
    assertThat(texts(b.get(KeyRange.from("2")).kvs())).containsExactly("2=b2", "3=b3");
    assertThat(texts(a.get(KeyRange.interval("1", "3")).kvs())).containsExactly("1=a1", "2=a2");
    assertThat(a.get(KeyRange.from("4")).count()).isZero();
    assertThat(a.get(KeyRange.prefix("")).count()).isEqualTo(3);
    assertThat(texts(a.async().get(KeyRange.all()).join().kvs())).hasSize(3);
    assertThat(texts(a.scan(KeyRange.all(), scan -> scan.pageSize(1))))
        .containsExactly("1=a1", "2=a2", "3=a3");
    List<KeyValue> scanned = new ArrayList<>();
    a.async()
        .scan(KeyRange.from("2"), scan -> scan.pageSize(1))
        .thenCompose(page -> page.forEachRemaining(scanned::add))
        .join();
    assertThat(texts(scanned)).containsExactly("2=a2", "3=a3");
  }

  @Test
  void writesAndDeletesItsOwnKeys() {
    List<String> before = all();

    assertThat(a.put("1", "new", PutOptions.Builder::prevKv).previous().map(NamespaceTest::text))
        .contains("1=a1");
    assertThat(a.putIfAbsent("1", "x").existing().map(NamespaceTest::text)).contains("1=new");
    assertThat(a.compareAndSet("1", "new", "newer").succeeded()).isTrue();
    assertThat(a.async().putIfAbsent("4", "x").join().succeeded()).isTrue();
    assertThat(b.get("1").map(NamespaceTest::text)).contains("1=b1");
    assertThat(outside.get(prefix + "a/1").orElseThrow().value().utf8()).isEqualTo("newer");
    var deleted = a.delete(KeyRange.all(), DeleteOptions.Builder::prevKv);

    assertThat(texts(deleted.previous())).containsExactly("1=newer", "2=a2", "3=a3", "4=x");
    assertThat(all())
        .isEqualTo(before.stream().filter(text -> !text.matches("a/[123]=.*")).toList());
    assertThat(b.get(KeyRange.all()).count()).isEqualTo(3);
    assertThat(a.delete(KeyRange.from("\0")).deleted()).isZero();
  }

  @Test
  void decidesAndDoesTransactionsOnItsOwnKeys() {
    var done =
        a.txn()
            .when(
                Compare.value("1").isEqualTo("a1"),
                Compare.exists(KeyRange.all()),
                Compare.missing(KeyRange.from("4")),
                Compare.version(KeyRange.all()).isEqualTo(1))
            .then(
                Op.put("1", "new"),
                Op.get(KeyRange.all()),
                Op.txn(
                    Txn.when(Compare.missing("b/1"))
                        .then(Op.delete(KeyRange.from("2"), DeleteOptions.Builder::prevKv))),
                Op.get(KeyRange.all()))
            .commit();

    assertThat(done.succeeded()).isTrue();
    assertThat(texts(done.get(1).kvs())).containsExactly("1=new", "2=a2", "3=a3");
    assertThat(texts(done.txn(2).delete(0).previous())).containsExactly("2=a2", "3=a3");
    assertThat(texts(done.get(3).kvs())).containsExactly("1=new");
    assertThat(texts(b.get(KeyRange.all()).kvs())).containsExactly("1=b1", "2=b2", "3=b3");
    assertThat(all()).contains("a/1=new", "a0=out", "a=out", "a/=out").doesNotContain("a/2=a2");
  }

  @Test
  void watchesItsOwnKeys() {
    var inAll = new HeardEvents();
    var one = new HeardEvents();
    var everywhere = new HeardEvents();
    a.watch(KeyRange.all(), WatchOptions.Builder::prevKv, inAll);
    b.async().watch(KeyRange.key("1"), options -> {}, one).join();
    outside.watch(KeyRange.prefix(prefix), options -> {}, everywhere);

    try (var iterated = a.watch(KeyRange.from("2"))) {
      a.put("1", "x");
      b.put("1", "y");
      outside.put(prefix + "a/2", "z");
      outside.put(prefix + "a0", "z");
      a.delete(KeyRange.all());
      b.delete("1");
      everywhere.awaitChanges(8);
      inAll.awaitChanges(5);
      one.awaitChanges(2);

      assertThat(inAll.told()).containsExactly("1=x", "2=z", "-1", "-2", "-3");
      assertThat(inAll.changes())
          .allSatisfy(
              change -> assertThat(before(change).key().utf8()).as("what was before").hasSize(1));
      assertThat(one.told()).containsExactly("1=y", "-1");
      assertThat(everywhere.told()).startsWith(prefix + "a/1=x", prefix + "b/1=y").hasSize(8);
      assertThat(((WatchEvent.Put) iterated.next()).kv().key().utf8()).isEqualTo("2");
      assertThat(((WatchEvent.Delete) iterated.next()).key().utf8()).isEqualTo("2");
      assertThat(((WatchEvent.Delete) iterated.next()).key().utf8()).isEqualTo("3");
    }
  }

  private static KeyValue before(WatchEvent change) {
    return (change instanceof WatchEvent.Put put
            ? put.prevKv()
            : ((WatchEvent.Delete) change).prevKv())
        .orElseThrow();
  }

  @Test
  void readsItsOwnKeysWhenItsHistoryIsCompacted() {
    Revision first = a.get("1").orElseThrow().modRevision();
    Revision last = outside.put(prefix + "c", "out").header().revision();
    a.compact(last);
    var heard = new HeardEvents();

    a.watch(
        KeyRange.from("2"), options -> options.startRevision(first).resyncWhenCompacted(), heard);
    await().atMost(PATIENCE).until(() -> !heard.batches.isEmpty());
    b.put("2", "new");
    a.put("2", "new");
    heard.awaitChanges(1);

    assertThat(heard.told()).containsExactly("2=new");
    assertThat(
            heard.events().stream()
                .flatMap(
                    event ->
                        event instanceof WatchEvent.Resynced part
                            ? part.kvs().stream()
                            : Stream.empty())
                .map(NamespaceTest::text))
        .containsExactly("2=a2", "3=a3");
  }

  @Test
  void tellsItsOwnKeysOfALease() {
    LeaseId lease = inA.leases().grant(ofSeconds(60)).id();
    a.put("leased", "x", put -> put.lease(lease));
    b.put("leased", "x", put -> put.lease(lease));
    outside.put(prefix + "leased", "x", put -> put.lease(lease));

    assertThat(keys(inA, lease)).containsExactly("leased");
    assertThat(inB.leases().async().timeToLiveWithKeys(lease).join().orElseThrow().keys())
        .containsExactly(Bytes.utf8("leased"));
    assertThat(etcd.leases().timeToLiveWithKeys(lease).orElseThrow().keys())
        .extracting(Bytes::utf8)
        .containsExactlyInAnyOrder(prefix + "a/leased", prefix + "b/leased", prefix + "leased");
    inB.leases().revoke(lease);
    assertThat(a.get("leased")).as("the lease is one for all").isEmpty();
  }

  private static List<String> keys(EtcdNamespace namespace, LeaseId lease) {
    return namespace.leases().timeToLiveWithKeys(lease).orElseThrow().keys().stream()
        .map(Bytes::utf8)
        .toList();
  }

  @Test
  void bindsItsOwnKeysToALeaseThatHealsItself() {
    try (var lease = inA.leases().selfHealing(ofSeconds(60))) {
      lease.bind("worker", "here");
      assertThat(a.get("worker").orElseThrow().lease()).isEqualTo(lease.id());
      assertThat(keys(inA, lease.id())).containsExactly("worker");

      etcd.leases().revoke(lease.id());
      assertThat(a.get("worker")).isEmpty();
      lease.bind("second", "here"); // finds out that it is lost
      await().atMost(PATIENCE).until(() -> a.get("worker").isPresent());

      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  lease.keys().stream().allMatch(key -> key.state() == BoundKey.State.BOUND)
                      && keys(inA, lease.id()).size() == 2);
      assertThat(lease.keys())
          .extracting(BoundKey::key)
          .containsExactly(Bytes.utf8("worker"), Bytes.utf8("second"));
      assertThat(outside.get(prefix + "a/worker").orElseThrow().lease()).isEqualTo(lease.id());
      lease.unbind(Bytes.utf8("second"));
      assertThat(a.get("second")).isEmpty();
    }
    assertThat(a.get("worker")).isEmpty();
  }

  @Test
  void aNamespaceInANamespaceIsAPartOfIt() {
    var inner = a.namespace("inner/");
    var other = inA.namespace("other/").kv();

    inner.put("1", "inner");
    other.put("1", "other");

    assertThat(texts(inner.get(KeyRange.all()).kvs())).containsExactly("1=inner");
    assertThat(texts(other.get(KeyRange.all()).kvs())).containsExactly("1=other");
    assertThat(texts(a.get(KeyRange.from("4")).kvs()))
        .containsExactly("inner/1=inner", "other/1=other");
    assertThat(all()).contains("a/inner/1=inner", "a/other/1=other");
    inner.delete(KeyRange.all());
    assertThat(other.get(KeyRange.all()).count()).isEqualTo(1);
  }

  @Test
  void theLastNamespaceOfAllHasNoEnd() {
    var last = outside.namespace(Bytes.of((byte) 0xff)).namespace(prefix);

    last.put("1", "x");

    assertThat(texts(last.get(KeyRange.from("1")).kvs())).containsExactly("1=x");
    assertThat(texts(outside.namespace(Bytes.of((byte) 0xff)).get(KeyRange.from(prefix)).kvs()))
        .containsExactly(prefix + "1=x");
    assertThat(last.delete(KeyRange.all()).deleted()).isEqualTo(1);
  }
}
