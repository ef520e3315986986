package dev.rondo.etcd.integration;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.EtcdBuilder;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.balancer.grpc.GrpcTuning;
import dev.rondo.etcd.cluster.Permission;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdClusterBuilder;
import dev.rondo.etcd.wire.AuthGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A cluster that asks who its users are: {@code root}, and {@code alice}, who may do everything
 * with the keys under {@code a/} and read those under {@code public/}.
 */
final class Guarded implements AutoCloseable {
  static final String ROOT = "root";
  static final String ROOT_PASSWORD = "root's password";
  static final String ALICE = "alice";
  static final String ALICE_PASSWORD = "alice's password";

  final EtcdCluster cluster;

  private Guarded(EtcdCluster cluster) {
    this.cluster = cluster;
  }

  /** The companion has no authentication, and says so: nothing of this can be tested on it. */
  static List<EtcdBackend> backends() {
    return EtcdBackend.real();
  }

  /** Those that find files of this machine, such as keys, under their own names. */
  static List<EtcdBackend> processes() {
    return EtcdBackend.partitionable().stream().filter(EtcdBackend::isReal).toList();
  }

  static Guarded start(EtcdBackend backend) {
    return start(backend.cluster());
  }

  static Guarded start(EtcdClusterBuilder builder) {
    Guarded guarded = new Guarded(unguarded(builder));
    try (Etcd etcd = Etcd.builder().endpoints(guarded.cluster.endpoints()).build()) {
      var auth = etcd.auth();
      auth.addUser(ROOT, ROOT_PASSWORD);
      auth.grantRole(ROOT, "root");
      auth.addRole("a");
      auth.grantPermission("a", Permission.readWrite(KeyRange.prefix("a/")));
      auth.grantPermission("a", Permission.read(KeyRange.prefix("public/")));
      auth.addUser(ALICE, ALICE_PASSWORD);
      auth.grantRole(ALICE, "a");
      auth.enable();
    } catch (RuntimeException e) {
      guarded.close();
      throw e;
    }
    return guarded;
  }

  /** A cluster that is yet to be guarded, with passwords that are hashed as fast as etcd can. */
  static EtcdCluster unguarded(EtcdClusterBuilder builder) {
    return builder.flag("--bcrypt-cost=4").start();
  }

  EtcdBuilder client() {
    return Etcd.builder().endpoints(cluster.endpoints());
  }

  Etcd root() {
    return client().user(ROOT, ROOT_PASSWORD).build();
  }

  Etcd alice() {
    return client().user(ALICE, ALICE_PASSWORD).build();
  }

  @Override
  public void close() {
    cluster.close();
  }

  /** Counts how often a client logs in, and may keep it from that. */
  static final class Logins implements ClientInterceptor {
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean isLosing;

    int count() {
      return count.get();
    }

    /** Lets logins end at once without an answer. */
    void lose(boolean losing) {
      isLosing = losing;
    }

    GrpcTuning tuning() {
      return GrpcTuning.builder().interceptor(this).build();
    }

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      if (!method.equals(AuthGrpc.getAuthenticateMethod())) {
        return next.newCall(method, options);
      }
      if (isLosing) {
        return next.newCall(method, options.withDeadlineAfter(0, TimeUnit.SECONDS));
      }
      count.incrementAndGet();
      return next.newCall(method, options);
    }
  }
}
