package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.balancer.internal.Backoff;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.balancer.internal.SerialTasks;
import dev.rondo.etcd.balancer.internal.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One kept lease after the other, all under the same id, and the keys that go with them. What
 * happens to it happens in tasks, one at a time.
 */
final class HealedLease implements SelfHealingLease {
  private static final Logger log = LoggerFactory.getLogger(HealedLease.class);

  /** What a healed lease asks of the cluster. */
  interface Grants {
    /** Grants the lease again, or takes it over if an earlier attempt did so unheard. */
    CompletableFuture<KeptLease> again();

    /** Renews the lease now, so that whether it is lost comes out. */
    void renewNow();

    /** Revokes the lease. */
    CompletableFuture<LeaseRevocation> revoke();
  }

  private final Calls calls;
  private final Namespace namespace;
  private final RenewedLease first;
  private final Grants grants;
  private final SerialTasks tasks;
  private final AtomicBoolean isLeft = new AtomicBoolean(); // by its user
  private volatile KeptLease lease; // the last one; written by tasks
  private volatile @Nullable EtcdException reason; // why it was not granted anew; written by tasks
  private volatile long restorations; // written by tasks
  private volatile List<BoundKey> shown = List.of(); // written by tasks

  // Touched by tasks only.
  private final List<Consumer<LeaseStatus>> listeners = new ArrayList<>();
  private final List<Consumer<BoundKey>> keyListeners = new ArrayList<>();
  private final Map<Bytes, KeyBinding> bindings = new LinkedHashMap<>();
  private final News news;
  private final Backoff backoff = new Backoff(() -> ThreadLocalRandom.current().nextDouble());
  private boolean isLost;
  private boolean isOver;
  private @Nullable CompletableFuture<KeptLease> granting;
  private @Nullable Timer again;

  HealedLease(Calls calls, Namespace namespace, RenewedLease first, Grants grants) {
    this.calls = calls;
    this.namespace = namespace;
    this.first = first;
    this.lease = first;
    this.grants = grants;
    this.tasks = new SerialTasks(calls.scheduler());
    this.news = new News(calls.executor());
  }

  /** Keeps the first lease from now on. */
  void start() {
    listenTo(first);
    first.start();
  }

  private void listenTo(KeptLease kept) {
    kept.onChange(status -> run(() -> heard(kept, status)));
  }

  /** Runs {@code task} among this lease's own. */
  void run(Runnable task) {
    tasks.execute(task);
  }

  /** Runs {@code task} among this lease's own after this time. To be called by a task. */
  Timer after(Duration wait, Runnable task) {
    return tasks.after(calls.scheduler(), wait.toNanos(), task, this::connectionClosed);
  }

  /** Gives what is the user's to the connection's executor. */
  void tell(Runnable telling) {
    calls.executor().execute(telling);
  }

  private void heard(KeptLease from, LeaseStatus status) {
    if (from != lease || isOver) {
      return;
    }
    switch (status.state()) {
      case LOST -> {
        isLost = true;
        bindings.values().forEach(KeyBinding::lost);
        news.tell(listeners, status);
        grantAgain();
      }
      case CLOSED -> connectionClosed();
      default -> news.tell(listeners, status);
    }
  }

  private void grantAgain() {
    again = null;
    CompletableFuture<KeptLease> call = grants.again();
    granting = call;
    var unused =
        call.whenComplete((granted, failure) -> run(() -> grantedAgain(call, granted, failure)));
  }

  private void grantedAgain(
      CompletableFuture<KeptLease> call, @Nullable KeptLease granted, @Nullable Throwable failure) {
    if (call != granting) {
      if (granted != null) {
        granted.release(); // it was left meanwhile
      }
      return;
    }
    granting = null;
    if (granted == null) {
      reason = failure instanceof EtcdException known ? known : reason;
      log.debug("lease {} is not granted anew yet", id(), failure);
      again = after(backoff.next(), this::grantAgain);
      return;
    }
    log.debug("lease {} was granted anew", id());
    backoff.reset();
    reason = null;
    isLost = false;
    lease = granted;
    long before = restorations; // one task at a time writes
    restorations = before + 1;
    listenTo(granted);
    news.tell(listeners, granted.status());
    bindings.values().forEach(KeyBinding::restore);
  }

  @Override
  public LeaseId id() {
    return lease.id();
  }

  @Override
  public Duration ttl() {
    return lease.ttl();
  }

  @Override
  public LeaseStatus status() {
    LeaseStatus last = lease.status();
    if (isLeft.get()) {
      return new LeaseStatus(LeaseState.CLOSED, last.remaining(), last.reason());
    }
    return last.state() == LeaseState.LOST
        ? new LeaseStatus(LeaseState.LOST, Duration.ZERO, Optional.ofNullable(reason))
        : last;
  }

  @Override
  public long restorations() {
    return restorations;
  }

  @Override
  public void onChange(Consumer<LeaseStatus> listener) {
    run(() -> listeners.add(listener));
  }

  @Override
  public void onKeyChange(Consumer<BoundKey> listener) {
    run(() -> keyListeners.add(listener));
  }

  @Override
  public List<BoundKey> keys() {
    return shown;
  }

  @Override
  public void bind(Bytes key, Bytes value) {
    Blocking.await(bindAsync(key, value));
  }

  @Override
  public CompletableFuture<Void> bindAsync(Bytes key, Bytes value) {
    if (key.isEmpty()) {
      throw new IllegalArgumentException("a key must have at least one byte, was empty");
    }
    KeyBinding.Waiter waiter = new KeyBinding.Waiter(this);
    run(() -> bind(key, value, waiter));
    return waiter;
  }

  private void bind(Bytes key, Bytes value, KeyBinding.Waiter waiter) {
    if (isOver) {
      waiter.fail(closed());
    } else {
      bindings
          .computeIfAbsent(key, unknown -> new KeyBinding(this, calls, namespace, unknown))
          .bind(value, waiter);
    }
  }

  @Override
  public void unbind(Bytes key) {
    Blocking.await(unbindAsync(key));
  }

  @Override
  public CompletableFuture<Void> unbindAsync(Bytes key) {
    KeyBinding.Waiter waiter = new KeyBinding.Waiter(this);
    run(() -> unbind(key, waiter));
    return waiter;
  }

  private void unbind(Bytes key, KeyBinding.Waiter waiter) {
    KeyBinding binding = bindings.get(key);
    if (binding == null || !binding.isBound()) {
      waiter.complete();
    } else {
      binding.unbind(waiter);
    }
  }

  /** There is nothing more to do about a key. */
  void forget(KeyBinding binding) {
    bindings.remove(binding.key(), binding);
  }

  /** A key stands otherwise than before. */
  void changed(KeyBinding binding) {
    show();
    news.tell(keyListeners, binding.shown());
  }

  void show() {
    shown = bindings.values().stream().filter(KeyBinding::isBound).map(KeyBinding::shown).toList();
  }

  boolean isLost() {
    return isLost;
  }

  /** A key was refused because there is no such lease. */
  void notFound() {
    grants.renewNow();
  }

  @Override
  public void release() {
    if (isLeft.compareAndSet(false, true)) {
      run(this::leave);
    }
  }

  @Override
  public void close() {
    if (!isLeft.compareAndSet(false, true)) {
      return;
    }
    run(this::leave);
    try {
      Blocking.await(grants.revoke());
    } catch (EtcdException e) {
      log.debug("lease {} was not revoked and runs out by itself, if it is there", id(), e);
    }
  }

  private void leave() {
    lease.release();
    end();
  }

  private void connectionClosed() {
    isLeft.set(true);
    end();
  }

  private void end() {
    if (isOver) {
      return;
    }
    isOver = true;
    Timer.stop(again);
    granting = null; // what it grants is released
    bindings.values().forEach(binding -> binding.end(closed()));
    news.tell(listeners, status());
  }

  private static EtcdException closed() {
    return BindingRpcs.failure(Code.CLOSED, "the lease was closed", null);
  }
}
