package dev.rondo.etcd.companion.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdVersion;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.HashKVRequest;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The hash is that of etcd after the same operations. */
class HashOnEtcdTest {
  private static final EtcdVersion KEEPS_HASHES_OF_COMPACTIONS = new EtcdVersion(3, 5, 5);

  static List<EtcdBackend> backends() {
    return EtcdBackend.all();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void isThatOfEtcdThroughPutsDeletesAndCompactions(EtcdBackend backend) {
    withBoth(
        backend,
        both -> {
          both.assertSameHash(0);
          both.assertSameHash(-5);
          both.assertSameHash(1);
          both.assertSameHash(2);
          both.put("a", "1", 0);
          both.put("b", "1", 1234);
          both.put("a", "2", 0);
          both.assertSameHash();
          both.delete("a", "");
          both.assertSameHash();
          both.compact(5); // right at a delete, which remains but is not hashed
          both.assertSameHash();
          both.put("c", "1", 0);
          both.delete("b", "d");
          both.assertSameHash(); // no key is left: what the compaction left is hashed nevertheless
          both.compact(7);
          both.assertSameHash();
          both.put("a", "3", 1234);
          both.assertSameHash();
        });
  }

  @ParameterizedTest
  @MethodSource("backends")
  void isThatOfEtcdThroughRandomTransactions(EtcdBackend backend) {
    withBoth(
        backend,
        both -> {
          var random = new Random(backend.version().minor());
          for (int step = 0; step < 300; step++) {
            both.transact(random);
            if (random.nextInt(15) == 0) {
              both.compact(both.store.revision() - random.nextInt(5));
            }
            if (random.nextInt(5) == 0) {
              both.assertSameHash();
            }
          }
          both.assertSameHash();
        });
  }

  private static void withBoth(EtcdBackend backend, Consumer<Both> test) {
    try (var cluster = backend.cluster().start()) {
      var channel = channel(cluster.endpoints().get(0));
      try {
        boolean keepsHashes = backend.version().compareTo(KEEPS_HASHES_OF_COMPACTIONS) >= 0;
        test.accept(new Both(channel, keepsHashes));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static ManagedChannel channel(String endpoint) {
    var url = URI.create(endpoint);
    return NettyChannelBuilder.forAddress(url.getHost(), url.getPort()).usePlaintext().build();
  }

  /** Does everything to both. */
  private static final class Both {
    private final KVGrpc.KVBlockingStub kv;
    private final MaintenanceGrpc.MaintenanceBlockingStub maintenance;
    private final boolean keepsHashes;
    private final Store store = new Store(Runnable::run);
    private final Set<Long> compacted = new HashSet<>();

    Both(Channel channel, boolean keepsHashes) {
      this.kv = KVGrpc.newBlockingStub(channel);
      this.maintenance = MaintenanceGrpc.newBlockingStub(channel);
      this.keepsHashes = keepsHashes;
      LeaseGrpc.newBlockingStub(channel)
          .leaseGrant(LeaseGrantRequest.newBuilder().setID(1234).setTTL(3600).build());
    }

    void put(String key, String value, long lease) {
      transact(List.of(putOp(key, value, lease)));
    }

    void delete(String key, String end) {
      transact(List.of(deleteOp(key, end)));
    }

    /** Up to four operations, no two of them on one key. */
    void transact(Random random) {
      var operations = new ArrayList<RequestOp>();
      for (int key = 'a'; key < 'm'; key += 3) {
        var name = String.valueOf((char) (key + random.nextInt(3)));
        switch (random.nextInt(4)) {
          case 0 -> operations.add(putOp(name, "x".repeat(random.nextInt(300)), 0));
          case 1 -> operations.add(putOp(name, "", random.nextBoolean() ? 1234 : 0));
          case 2 ->
              operations.add(deleteOp(name, random.nextBoolean() ? "" : "" + (char) (key + 3)));
          default -> {} // leaves these three keys alone
        }
      }
      transact(operations);
    }

    private void transact(List<RequestOp> operations) {
      var answer = kv.txn(TxnRequest.newBuilder().addAllSuccess(operations).build());
      try (var txn = store.begin()) {
        for (var operation : operations) {
          if (operation.hasRequestPut()) {
            var put = operation.getRequestPut();
            txn.put(put.getKey(), put.getValue(), put.getLease());
          } else {
            var delete = operation.getRequestDeleteRange();
            txn.delete(new Interval(delete.getKey(), delete.getRangeEnd()));
          }
        }
        assertThat(txn.commit()).isEqualTo(answer.getHeader().getRevision());
      }
    }

    private static RequestOp putOp(String key, String value, long lease) {
      var put =
          PutRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8(key))
              .setValue(ByteString.copyFromUtf8(value))
              .setLease(lease);
      return RequestOp.newBuilder().setRequestPut(put).build();
    }

    private static RequestOp deleteOp(String key, String end) {
      var delete =
          DeleteRangeRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8(key))
              .setRangeEnd(ByteString.copyFromUtf8(end));
      return RequestOp.newBuilder().setRequestDeleteRange(delete).build();
    }

    void compact(long revision) {
      var request = CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build();
      assertThat(text(() -> store.compact(revision))).isEqualTo(text(() -> kv.compact(request)));
      compacted.add(revision);
    }

    /** At all revisions that are left, and some that are not. */
    void assertSameHash() {
      long first = Math.max(1, store.compactRevision() - 20);
      for (long revision = first; revision <= store.revision() + 1; revision++) {
        assertSameHash(revision);
      }
      assertSameHash(0);
    }

    void assertSameHash(long revision) {
      if (compacted.contains(revision) && !keepsHashes) {
        return; // our answer is that of a newer etcd
      }
      assertThat(hash(revision)).as("at %s", revision).isEqualTo(etcdHash(revision));
    }

    private String hash(long revision) {
      try {
        var hash = store.hash(revision);
        return hash.hash() + " from " + hash.compactRevision() + " at " + store.revision();
      } catch (EtcdErrorException e) {
        return e.getMessage();
      }
    }

    private String etcdHash(long revision) {
      try {
        var hash = maintenance.hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
        return hash.getHash()
            + " from "
            + hash.getCompactRevision()
            + " at "
            + hash.getHeader().getRevision();
      } catch (StatusRuntimeException e) {
        return e.getStatus().getDescription();
      }
    }

    /** The refusal, or null. */
    private static String text(ThrowingCallable call) {
      var refusal = catchThrowable(call);
      if (refusal instanceof StatusRuntimeException status) {
        return status.getStatus().getDescription();
      }
      return refusal == null ? null : refusal.getMessage();
    }
  }
}
