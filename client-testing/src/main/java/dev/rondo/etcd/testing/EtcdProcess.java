package dev.rondo.etcd.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An etcd that runs as a process of this machine. */
final class EtcdProcess implements EtcdRunner {
  private static final long LIMIT_SECONDS = 20;

  private final String name;
  private final List<String> command;
  private final Path log;
  private final PeerPort peerPort;
  private @Nullable Process process; // guarded by this

  EtcdProcess(MemberPlan plan, List<String> command) {
    this.name = plan.name();
    this.command = List.copyOf(command);
    this.log = plan.log();
    this.peerPort = new PeerPort(plan.peerAddress());
  }

  @Override
  public void start() {
    launch();
    peerPort.awaitServing(name, this::isRunning);
  }

  private synchronized void launch() {
    if (isRunning()) {
      throw new IllegalStateException(name + " runs already");
    }
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(variable -> variable.startsWith("ETCD"));
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name, e);
    }
  }

  @Override
  public synchronized void kill() {
    if (process != null) {
      process.destroyForcibly();
      awaitEnd(process);
    }
  }

  @Override
  public synchronized void stop() {
    if (process != null) {
      process.destroy();
      awaitEnd(process);
    }
  }

  private void awaitEnd(Process ending) {
    try {
      if (!ending.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(name + " has not ended in " + LIMIT_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " was ending", e);
    }
  }

  @Override
  public void pause() {
    signal("STOP");
  }

  @Override
  public void resume() {
    signal("CONT");
  }

  private synchronized void signal(String signal) {
    if (process == null || !process.isAlive()) {
      throw new IllegalStateException(name + " does not run");
    }
    Command.run("kill", "-" + signal, Long.toString(process.pid()));
  }

  @Override
  public synchronized boolean isRunning() {
    return process != null && process.isAlive();
  }

  @Override
  public void close() {
    kill();
  }
}
