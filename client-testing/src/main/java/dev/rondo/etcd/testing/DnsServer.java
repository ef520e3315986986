package dev.rondo.etcd.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real DNS server (dnsmasq) on a free port of 127.0.0.1, whose records a test changes.
 *
 * <p>It asks nobody else: names under {@code test} that it was not given do not exist, and about
 * others it refuses to say anything.
 *
 * <p>Safe for use by many threads.
 */
public final class DnsServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String READY = "started, version";
  private static final List<String> PLACES =
      List.of("/usr/sbin/dnsmasq", "/usr/local/sbin/dnsmasq");

  private final TemporaryFolder folder = TemporaryFolder.create("dns");
  private final Path log = folder.path().resolve("dns.log");
  private final int port = Ports.take();
  private @Nullable Process process; // guarded by this

  private DnsServer() {
    AtExit.close(this);
  }

  /** Starts a server with these records. */
  public static DnsServer start(DnsRecords records) {
    var server = new DnsServer();
    try {
      server.records(records);
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Returns where it is asked. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Puts these records in the place of those there are; returns when they are in force. */
  public synchronized void records(DnsRecords records) {
    kill();
    var config = folder.path().resolve("dns.conf");
    try {
      Files.writeString(config, records.config());
      Files.writeString(log, Files.exists(log) ? Files.readString(log).replace(READY, "") : "");
      process =
          new ProcessBuilder(
                  dnsmasq(),
                  "--keep-in-foreground",
                  "--conf-file=" + config,
                  "--port=" + port,
                  "--listen-address=127.0.0.1",
                  "--bind-interfaces",
                  "--pid-file=",
                  "--user=",
                  "--log-queries",
                  "--log-facility=-")
              .redirectErrorStream(true)
              .redirectOutput(Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a DNS server", e);
    }
    Patience.await("DNS server", PATIENCE, () -> logged().contains(READY) || !isRunning());
    if (!isRunning()) {
      throw new IllegalStateException("the DNS server has ended: " + logged());
    }
  }

  private static String dnsmasq() {
    return Etcdctl.findOnPath("dnsmasq")
        .map(Path::toString)
        .or(() -> PLACES.stream().filter(place -> Files.isExecutable(Path.of(place))).findFirst())
        .orElseThrow(
            () -> new IllegalStateException("no dnsmasq: install it (Debian: dnsmasq-base)"));
  }

  /** Freezes it: questions are not answered, as if they or the answers were lost. */
  public void pause() {
    signal("STOP");
  }

  /** Lets a frozen one go on; it answers what was asked meanwhile. */
  public void resume() {
    signal("CONT");
  }

  private synchronized void signal(String signal) {
    if (process == null || !process.isAlive()) {
      throw new IllegalStateException("the DNS server does not run");
    }
    Command.run("kill", "-" + signal, Long.toString(process.pid()));
  }

  /** Returns how often SRV records of {@code name} were asked for. */
  public long servicesAsked(String name) {
    return logged().lines().filter(line -> line.contains("query[SRV] " + name + " ")).count();
  }

  private synchronized boolean isRunning() {
    return process != null && process.isAlive();
  }

  private String logged() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + log, e);
    }
  }

  private synchronized void kill() {
    if (process == null) {
      return;
    }
    process.destroyForcibly();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the DNS server has not ended in " + PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the DNS server was ending", e);
    }
    process = null;
  }

  @Override
  public synchronized void close() {
    if (!Files.exists(folder.path())) {
      return;
    }
    kill();
    folder.close();
    Ports.release(port);
    AtExit.forget(this);
  }

  @Override
  public String toString() {
    return "DNS server " + address();
  }
}
