package dev.rondo.etcd.balancer;

import dev.rondo.etcd.balancer.channel.CredentialBundle;
import dev.rondo.etcd.balancer.channel.Identity;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the files of a connection's credentials from time to time, and puts what is new in them
 * into the connection's bundle.
 *
 * <p>Trust and identity are taken one without the other, so that a broken key does not keep a new
 * CA out. One look ends before the time to the next one begins, so there are never two; each is a
 * task of its own, handed over by the executors, and that is what guards the fields.
 */
final class CredentialWatch {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  private final CredentialBundle bundle;
  private final Duration interval;
  private final ScheduledExecutorService scheduler;
  private final Executor reading;
  private final Consumer<ConnectionEvent> onRenewed;
  private final Set<String> problems = new HashSet<>(); // told since all was well
  private @Nullable FromFiles<List<X509Certificate>> trusted;
  private @Nullable FromFiles<Identity> identity;

  /**
   * Makes a watch over files that were read when {@code tls} was built.
   *
   * @param reading where files are read, which blocks
   * @param onRenewed hears after the bundle was renewed
   */
  CredentialWatch(
      Tls tls,
      CredentialBundle bundle,
      Duration interval,
      ScheduledExecutorService scheduler,
      Executor reading,
      Consumer<ConnectionEvent> onRenewed) {
    this.trusted = tls.trusted();
    this.identity = tls.identity();
    this.bundle = bundle;
    this.interval = interval;
    this.scheduler = scheduler;
    this.reading = reading;
    this.onRenewed = onRenewed;
  }

  /** Looks at once, for the settings may be older than the connection, and then on and on. */
  void start() {
    reading.execute(this::lookAndGoOn);
  }

  private void lookAndGoOn() {
    try {
      look();
    } finally {
      scheduleNext();
    }
  }

  private void scheduleNext() {
    try {
      var unused =
          scheduler.schedule(
              () -> reading.execute(this::lookAndGoOn),
              TimeUnit.NANOSECONDS.convert(interval),
              TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("closed, so credentials are not looked at any more");
    }
  }

  private void look() {
    Set<String> found = new HashSet<>();
    FromFiles<List<X509Certificate>> trustedNow = again(trusted, found);
    FromFiles<Identity> identityNow = again(identity, found);
    // files that were written again as they were are no news
    boolean isNews =
        !Objects.equals(value(trustedNow), value(trusted))
            || !Objects.equals(value(identityNow), value(identity));
    if (!isNews || renew(trustedNow, identityNow, found)) {
      trusted = trustedNow;
      identity = identityNow;
    }
    warn(found);
  }

  private static <T> @Nullable T value(@Nullable FromFiles<T> files) {
    return files == null ? null : files.value();
  }

  /** What the files hold now, or what they held if that cannot be used. */
  private static <T> @Nullable FromFiles<T> again(
      @Nullable FromFiles<T> before, Set<String> found) {
    if (before == null) {
      return null;
    }
    try {
      return before.again();
    } catch (IllegalArgumentException e) {
      found.add(Objects.requireNonNull(e.getMessage()));
      return before;
    }
  }

  /** Returns whether the bundle could be renewed. */
  private boolean renew(
      @Nullable FromFiles<List<X509Certificate>> trustedNow,
      @Nullable FromFiles<Identity> identityNow,
      Set<String> found) {
    try {
      bundle.renew(
          trustedNow == null ? List.of() : trustedNow.value(),
          identityNow == null ? null : identityNow.value());
    } catch (IllegalArgumentException e) {
      found.add(Objects.requireNonNull(e.getMessage()));
      return false;
    }
    onRenewed.accept(event(trustedNow, identityNow));
    return true;
  }

  private static ConnectionEvent event(
      @Nullable FromFiles<List<X509Certificate>> trusted, @Nullable FromFiles<Identity> identity) {
    return new ConnectionEvent.CredentialsReloaded(
        Optional.ofNullable(trusted).map(files -> files.value().size()).orElse(0),
        Optional.ofNullable(identity)
            .map(files -> ClientCertificate.of(files.value().certificate())));
  }

  private void warn(Set<String> found) {
    for (String problem : found) {
      if (problems.add(problem)) {
        log.warn("credentials are kept as they were, and looked at again: {}", problem);
      }
    }
    if (found.isEmpty()) {
      problems.clear();
    }
  }
}
