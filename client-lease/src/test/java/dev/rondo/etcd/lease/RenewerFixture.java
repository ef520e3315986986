package dev.rondo.etcd.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.DoubleSupplier;

/** A renewer on fake time, its server, and what was revoked and heard. */
final class RenewerFixture {
  static final LeaseId LEASE = LeaseId.of(7);
  static final LeaseId OTHER = LeaseId.of(8);
  static final Duration TTL = Duration.ofSeconds(12);

  /** When a lease is renewed that was granted at the beginning. */
  static final Duration DUE = Duration.ofSeconds(6);

  static final Duration TICK = Duration.ofMillis(1);

  final FakeTime time = new FakeTime();
  final FakeLeaseServer server = new FakeLeaseServer(time);
  final LeaseRenewer renewer;
  final List<LeaseId> revoked = new ArrayList<>();
  final List<Object> heard = new ArrayList<>();

  /** Adds nothing to any time by chance. */
  RenewerFixture() {
    this(() -> 0);
  }

  RenewerFixture(DoubleSupplier random) {
    this.renewer = new LeaseRenewer(server, time, time::nanoTime, random);
  }

  RenewedLease keep(LeaseId id) {
    var lease = new RenewedLease(renewer, id, TTL, time.nanoTime(), () -> revoke(id));
    lease.onChange(status -> heard.add(status.state()));
    lease.onLost(heard::add);
    lease.start();
    time.runDue();
    return lease;
  }

  CompletableFuture<LeaseRevocation> revoke(LeaseId id) {
    revoked.add(id);
    return CompletableFuture.completedFuture(new LeaseRevocation(id, Optional.empty()));
  }

  CompletableFuture<LeaseRenewal> once(LeaseId id) {
    var renewal = SingleRenewal.start(renewer, id, TTL);
    run();
    return renewal;
  }

  /** Runs what is due now, and what that left to do for users. */
  void run() {
    advance(Duration.ZERO);
  }

  void advance(Duration step) {
    time.advance(step);
    server.runUsers();
  }

  static EtcdException exception(CompletableFuture<?> failed) {
    assertThat(failed).isCompletedExceptionally();
    var thrown = catchThrowableOfType(CompletionException.class, failed::join);
    return (EtcdException) thrown.getCause();
  }
}
