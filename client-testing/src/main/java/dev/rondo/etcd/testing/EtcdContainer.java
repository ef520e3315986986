package dev.rondo.etcd.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotModifiedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame;

/**
 * An etcd that runs in a container, which is made by the first start and keeps its data until it is
 * closed.
 */
final class EtcdContainer implements EtcdRunner {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final String name;
  private final Path log;
  private final PeerPort peerPort;
  private final GenericContainer<?> container;

  EtcdContainer(MemberPlan plan, GenericContainer<?> container) {
    this.name = plan.name();
    this.log = plan.log();
    this.peerPort = new PeerPort(plan.peerAddress());
    this.container = container;
  }

  @Override
  public void start() {
    if (container.getContainerId() == null) {
      container.withLogConsumer(this::write);
      container.start();
    } else {
      startAgain();
    }
    peerPort.awaitServing(name, this::isRunning);
  }

  private void startAgain() {
    if (isRunning()) {
      throw new IllegalStateException(name + " runs already");
    }
    engine().startContainerCmd(container.getContainerId()).exec();
    container.followOutput(this::write);
  }

  private synchronized void write(OutputFrame frame) {
    try {
      Files.writeString(
          log, frame.getUtf8String(), UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + log, e);
    }
  }

  @Override
  public void kill() {
    end("KILL");
  }

  @Override
  public void stop() {
    end("TERM");
  }

  private void end(String signal) {
    if (!isRunning()) {
      return;
    }
    if (isPaused()) {
      resume(); // a frozen container takes no signal
    }
    engine().killContainerCmd(container.getContainerId()).withSignal(signal).exec();
    Patience.await(name + " ended", PATIENCE, () -> !isRunning());
  }

  @Override
  public void pause() {
    engine().pauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void resume() {
    try {
      engine().unpauseContainerCmd(container.getContainerId()).exec();
    } catch (NotModifiedException e) {
      return; // it was not frozen
    }
  }

  @Override
  public boolean isRunning() {
    if (container.getContainerId() == null) {
      return false;
    }
    return Boolean.TRUE.equals(
        engine().inspectContainerCmd(container.getContainerId()).exec().getState().getRunning());
  }

  private boolean isPaused() {
    return Boolean.TRUE.equals(
        engine().inspectContainerCmd(container.getContainerId()).exec().getState().getPaused());
  }

  private DockerClient engine() {
    return container.getDockerClient();
  }

  @Override
  public void close() {
    container.stop();
  }
}
