package dev.rondo.etcd.companion.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.consensus.StateMachine;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.lease.Lessor;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.testing.FakeTime;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** An engine alone with its consensus, its time and what it keeps. */
final class LoneMember implements AutoCloseable {
  static final long ID = 0x1a;
  static final long OTHER = 0x2b;
  static final long CLUSTER = 0xc0;
  static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);
  static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(7);

  final FakeTime time = new FakeTime();
  final Store store = new Store(Runnable::run);
  final Lessor leases = new Lessor(time::nanoTime, 2, Duration.ofMinutes(5), Duration.ofSeconds(3));
  final LoneConsensus consensus;
  final Engine engine;
  StateMachine machine;

  /** It leads, and has published its name. */
  LoneMember() {
    this(List.of(member(ID)));
    consensus.lead(2);
    time.advance(Duration.ofMillis(20));
  }

  /** It knows no leader yet. */
  LoneMember(List<Member> founders) {
    var opened = new CompletableFuture<LoneConsensus>();
    var settings =
        new EngineSettings(
            CLUSTER, ID, 1, "one", List.of("http://one"), founders, Set.of(), ELECTION_TIMEOUT);
    engine =
        Engine.start(
            settings,
            new Workers(time, time::nanoTime, Runnable::run),
            store,
            leases,
            replica -> {
              machine = replica;
              opened.complete(new LoneConsensus(ID, replica));
              return opened.join();
            });
    consensus = opened.join();
  }

  static Member member(long id) {
    return Member.newBuilder().setID(id).addPeerURLs("http://" + id).build();
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static PutRequest.Builder putOf(String key, String value) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value));
  }

  static RangeRequest.Builder rangeOf(String key) {
    return RangeRequest.newBuilder().setKey(bytes(key));
  }

  static RangeRequest.Builder rangeOf(String key, String end) {
    return rangeOf(key).setRangeEnd(bytes(end));
  }

  static DeleteRangeRequest.Builder deleteOf(String key) {
    return DeleteRangeRequest.newBuilder().setKey(bytes(key));
  }

  PutResponse put(String key, String value) {
    return done(engine.put(putOf(key, value).build()));
  }

  PutResponse put(String key, String value, long lease) {
    return done(engine.put(putOf(key, value).setLease(lease).build()));
  }

  RangeResponse get(RangeRequest.Builder request) {
    return done(engine.range(request.build()));
  }

  long grant(long id, long ttl) {
    var request = LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build();
    return done(engine.leaseGrant(request)).getTTL();
  }

  static <T> T done(CompletableFuture<T> future) {
    assertThat(future).isDone();
    return future.join();
  }

  static void assertRefused(CompletableFuture<?> future, EtcdError error) {
    assertThat(future).isCompletedExceptionally();
    assertThat(Failures.cause(catchThrowable(future::join))).hasMessage(error.text());
  }

  @Override
  public void close() {
    engine.close();
  }
}
