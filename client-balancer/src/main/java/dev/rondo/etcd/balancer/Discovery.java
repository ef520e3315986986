package dev.rondo.etcd.balancer;

import dev.rondo.etcd.balancer.channel.DnsClient;
import dev.rondo.etcd.balancer.channel.DnsException;
import dev.rondo.etcd.wire.MemberListResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the endpoints of one connection as DNS and the member list say, until a list is given by
 * hand.
 *
 * <p>What changes is confined to the connection's scheduler; DNS is asked on threads that may
 * block.
 */
final class Discovery {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);
  private static final String DNS = "DNS";
  private static final String MEMBER_LIST = "member list";

  private static final Duration IN_TROUBLE = Duration.ofSeconds(5);
  private static final Duration WITHOUT_ENDPOINTS = Duration.ofSeconds(1);

  private final GrpcConnection connection;
  private final ScheduledExecutorService scheduler;
  private final EndpointPlan plan;
  private final List<Refresh> refreshes = new ArrayList<>();

  private final GroupsInUse groups = new GroupsInUse(System.nanoTime());
  private final Map<String, String> failures = new HashMap<>(); // by source, since it succeeded
  private boolean isStarted;
  private List<Endpoint> members = List.of();
  private List<Endpoint> installed;
  private @Nullable Future<?> check;
  private @Nullable Future<?> listing;

  private volatile List<List<Endpoint>> seeds;
  private volatile String dnsFailure;
  private volatile boolean isStopped;

  Discovery(GrpcConnection connection, EndpointPlan plan, DnsClient dns) {
    this.connection = connection;
    this.scheduler = connection.scheduler();
    this.plan = plan;
    this.installed = plan.fixed();
    this.seeds = List.of(plan.fixed());
    this.dnsFailure = plan.srv() == null ? "" : plan.srv().service() + " is still being looked up";
    if (plan.srv() != null) {
      SrvLookup lookup = new SrvLookup(plan.srv(), dns, ThreadLocalRandom.current());
      refreshes.add(refresh(IN_TROUBLE, () -> askDns(lookup)));
    }
    if (plan.sync() != null) {
      MemberSync sync = plan.sync();
      MemberLookup lookup = new MemberLookup(sync, plan.scheme(), this::areSeedsLocal);
      Duration inTrouble = shorter(IN_TROUBLE, sync.interval());
      refreshes.add(refresh(inTrouble, () -> askMembers(lookup, sync.interval(), inTrouble)));
    }
  }

  private Refresh refresh(Duration inTrouble, Supplier<CompletableFuture<Duration>> question) {
    return new Refresh(scheduler, System::nanoTime, inTrouble, question);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private boolean areSeedsLocal() {
    return seeds.stream().flatMap(List::stream).anyMatch(LocalHost::isNamedBy);
  }

  /** Begins; the connection must be able to say how its endpoints stand. */
  void start() {
    onScheduler(
        () -> {
          isStarted = true;
          groups.groups(seeds, System.nanoTime());
          refreshes.forEach(Refresh::start);
          statuses();
        });
  }

  /** Changes nothing any more. */
  void stop() {
    isStopped = true;
    onScheduler(
        () -> {
          refreshes.forEach(Refresh::stop);
          if (listing != null) {
            listing.cancel(true);
          }
        });
  }

  boolean isStopped() {
    return isStopped;
  }

  /** Why DNS has named no endpoint at all, or cannot be asked any more. */
  Optional<String> dnsFailure() {
    return dnsFailure.isEmpty() || isStopped ? Optional.empty() : Optional.of(dnsFailure);
  }

  /** Hears on any thread that endpoints stand otherwise than before. */
  void onChange() {
    if (!refreshes.isEmpty() && !isStopped) {
      onScheduler(this::statuses);
    }
  }

  private void statuses() {
    if (!isStarted) {
      return;
    }
    List<EndpointStatus> statuses = connection.endpoints();
    boolean isTroubled =
        statuses.stream().anyMatch(status -> status.state() != EndpointStatus.State.CONNECTED);
    groups.statuses(statuses, System.nanoTime());
    refreshes.forEach(refresh -> refresh.troubled(isTroubled));
    install();
  }

  private void onScheduler(Runnable task) {
    try {
      scheduler.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("closed before the endpoints could change");
    }
  }

  private CompletableFuture<Duration> askDns(SrvLookup lookup) {
    CompletableFuture<Duration> next = new CompletableFuture<>();
    connection.block(
        () -> {
          try {
            SrvLookup.Answer answer = lookup.ask();
            dnsFailure = "";
            onScheduler(() -> found(answer.groups()));
            next.complete(answer.holds());
          } catch (DnsException | RuntimeException e) {
            String reason = plan.srv() + ": " + e.getMessage();
            dnsFailure = reason;
            onScheduler(() -> failed(DNS, reason));
            next.complete(areKnown() ? IN_TROUBLE : WITHOUT_ENDPOINTS);
          }
        });
    return next;
  }

  private boolean areKnown() {
    return seeds.stream().anyMatch(group -> !group.isEmpty());
  }

  private void found(List<List<Endpoint>> answer) {
    failures.remove(DNS);
    seeds = answer;
    changed();
  }

  private CompletableFuture<Duration> askMembers(
      MemberLookup lookup, Duration interval, Duration afterFailure) {
    CompletableFuture<MemberListResponse> list = lookup.ask(connection.calls());
    listing = list;
    return list.thenApply(lookup::endpoints)
        .handle(
            (answer, failure) -> {
              onScheduler(() -> answered(answer, failure));
              return failure == null ? interval : afterFailure;
            });
  }

  private void answered(@Nullable List<Endpoint> answer, @Nullable Throwable failure) {
    if (answer != null) {
      failures.remove(MEMBER_LIST);
      members = answer;
      changed();
      return;
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    String reason = String.valueOf(cause == null ? null : cause.getMessage());
    if (failed(MEMBER_LIST, reason) && cause instanceof MemberLookup.ForeignClusterException) {
      log.warn("{}: the endpoints stay as they are", reason);
    }
  }

  /** Tells of a failure unless it was told already, and returns whether it was news. */
  private boolean failed(String source, String reason) {
    if (isStopped || reason.equals(failures.put(source, reason))) {
      return false;
    }
    connection.tell(new ConnectionEvent.DiscoveryFailed(source, reason));
    return true;
  }

  private void changed() {
    List<List<Endpoint>> all = new ArrayList<>();
    all.add(members);
    all.addAll(seeds);
    groups.groups(all, System.nanoTime());
    install();
  }

  private void install() {
    List<Endpoint> list = groups.list();
    if (!list.isEmpty() && !list.equals(installed) && connection.install(list)) {
      installed = list;
      connection.tell(new ConnectionEvent.EndpointsChanged(list));
    }
    if (groups.isWaiting() && check == null && !isStopped) {
      check =
          scheduler.schedule(this::check, GroupsInUse.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void check() {
    check = null;
    groups.update(System.nanoTime());
    install();
  }
}
