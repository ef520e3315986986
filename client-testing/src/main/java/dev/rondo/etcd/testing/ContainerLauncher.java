package dev.rondo.etcd.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * Runs a container image that is on this machine already; nothing is pulled.
 *
 * <p>Containers share the network of the host, so that members keep the addresses that they
 * advertise; the container engine must run on this machine. Testcontainers would also pull an image
 * of its own to clean up after a JVM that was killed, unless the environment sets {@code
 * TESTCONTAINERS_RYUK_DISABLED=true}.
 */
final class ContainerLauncher implements Launcher {
  private final DockerImageName image;
  private final EtcdVersion version;

  ContainerLauncher(String image) {
    this.image = DockerImageName.parse(image);
    this.version = EtcdVersion.parse(runOnce("etcd", List.of("--version"), List.of()));
  }

  /** Makes a container that runs one program of the image. */
  private GenericContainer<?> container(String program, List<String> arguments, List<Path> files) {
    var container = new GenericContainer<>(image);
    container
        .withImagePullPolicy(name -> false)
        .withNetworkMode("host")
        .withCreateContainerCmdModifier(create -> create.withEntrypoint(program))
        .withCommand(arguments.toArray(String[]::new));
    for (var file : files) {
      container.withCopyFileToContainer(MountableFile.forHostPath(file), file.toString());
    }
    return container;
  }

  private String runOnce(String program, List<String> arguments, List<Path> files) {
    try (var container = container(program, arguments, files)) {
      container.withEnv("ETCDCTL_API", "3");
      container.withStartupCheckStrategy(new OneShotStartupCheckStrategy());
      try {
        container.start();
      } catch (RuntimeException e) {
        throw new IllegalStateException(
            program + " of etcd.image " + image + " cannot be run: " + complaints(container, e), e);
      }
      return container.getLogs(OutputType.STDOUT);
    }
  }

  private static String complaints(GenericContainer<?> container, RuntimeException failure) {
    return container.getContainerId() == null
        ? String.valueOf(failure.getMessage())
        : container.getLogs().strip();
  }

  @Override
  public String kind() {
    return "etcd image";
  }

  @Override
  public EtcdVersion version() {
    return version;
  }

  @Override
  public ClusterRunner cluster(ClusterPlan cluster) {
    if (cluster.partitionable()) {
      throw new IllegalStateException(
          "partitionable() works with executables only, not with images");
    }
    return new IndependentMembers(member -> runner(cluster, member));
  }

  private EtcdRunner runner(ClusterPlan cluster, MemberPlan member) {
    var arguments = new ArrayList<>(Flags.of(version, cluster, member));
    arguments.add("--data-dir=/" + member.name() + ".data");
    return new EtcdContainer(member, container("etcd", arguments, Flags.files(cluster, member)));
  }

  @Override
  public String etcdctl(List<String> arguments, List<Path> files) {
    return runOnce("etcdctl", arguments, files);
  }
}
