package dev.rondo.etcd.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/**
 * An etcd to test against: an executable or a container image, from which any number of clusters
 * can be started.
 *
 * <p>{@link #all} is made for parameterised tests:
 *
 * <pre>{@code
 * static List<EtcdBackend> backends() {
 *   return EtcdBackend.all();
 * }
 *
 * @ParameterizedTest
 * @MethodSource("backends")
 * void survivesTheLossOfAMember(EtcdBackend backend) {
 *   try (var cluster = backend.cluster().members(3).bridged().start()) {
 *     cluster.leader().kill();
 *     ...
 *   }
 * }
 * }</pre>
 */
public final class EtcdBackend {
  private final Launcher launcher;
  private final String name;

  private EtcdBackend(Launcher launcher) {
    this.launcher = launcher;
    this.name = launcher.kind() + " " + launcher.version();
  }

  /**
   * Returns the back ends that this run was told to use.
   *
   * <p>First come those on the class path: each {@link Launcher} that {@link ServiceLoader} finds.
   * The system property {@code etcd.bin} lists executables, or folders that hold an {@code etcd},
   * separated by commas; without it the {@code etcd} on the PATH is used, if there is one. The
   * system property {@code etcd.image} adds a container image, which must be on the machine
   * already.
   *
   * @throws IllegalStateException if one that was asked for is missing, or if there is none at all;
   *     tests are never skipped for that
   */
  public static List<EtcdBackend> all() {
    var backends = new ArrayList<EtcdBackend>();
    ServiceLoader.load(Launcher.class).forEach(found -> backends.add(new EtcdBackend(found)));
    var executables = System.getProperty("etcd.bin", "");
    if (executables.isBlank() && (backends.isEmpty() || ProcessLauncher.isOnPath())) {
      backends.add(onPath());
    }
    for (var executable : executables.split(",", -1)) {
      if (!executable.isBlank()) {
        backends.add(new EtcdBackend(ProcessLauncher.of(executable.strip())));
      }
    }
    var image = System.getProperty("etcd.image", "");
    if (!image.isBlank()) {
      backends.add(new EtcdBackend(new ContainerLauncher(image.strip())));
    }
    return List.copyOf(backends);
  }

  /** Returns those of {@link #all} whose members can be cut off from each other. */
  public static List<EtcdBackend> partitionable() {
    return all().stream()
        .filter(backend -> !(backend.launcher instanceof ContainerLauncher))
        .toList();
  }

  /** Returns those of {@link #all} that are etcd itself, for what others cannot do. */
  public static List<EtcdBackend> real() {
    return all().stream().filter(EtcdBackend::isReal).toList();
  }

  /** Returns whether this is etcd itself. */
  public boolean isReal() {
    return launcher instanceof ProcessLauncher || launcher instanceof ContainerLauncher;
  }

  /** Returns the first of {@link #all}, for tests that need some etcd and care little which. */
  public static EtcdBackend any() {
    return all().get(0);
  }

  /** Returns the etcd that a shell would find. */
  public static EtcdBackend onPath() {
    return new EtcdBackend(ProcessLauncher.onPath());
  }

  /** Returns the version that this etcd reports. */
  public EtcdVersion version() {
    return launcher.version();
  }

  /**
   * Returns the command line client that belongs to this etcd, or else the one that a shell would
   * find.
   */
  public Etcdctl etcdctl() {
    return launcher instanceof ProcessLauncher process ? process.etcdctl() : Etcdctl.onPath();
  }

  /** Returns a builder for a cluster of one member without TLS. */
  public EtcdClusterBuilder cluster() {
    return new EtcdClusterBuilder(launcher);
  }

  @Override
  public String toString() {
    return name;
  }
}
