package dev.rondo.etcd.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Runs an executable of this machine. */
final class ProcessLauncher implements Launcher {
  private final Path etcd;
  private final EtcdVersion version;

  private ProcessLauncher(Path etcd) {
    this.etcd = etcd;
    this.version = EtcdVersion.parse(Command.run(etcd.toString(), "--version"));
  }

  static boolean isOnPath() {
    return findOnPath("etcd").isPresent();
  }

  /** Uses the etcd that a shell would find. */
  static ProcessLauncher onPath() {
    return new ProcessLauncher(
        findOnPath("etcd")
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "no etcd on the PATH: install etcd, or name an executable with"
                            + " -Detcd.bin=/path/to/etcd")));
  }

  /** Uses an executable, or the one called etcd in a folder. */
  static ProcessLauncher of(String executableOrFolder) {
    var given = Path.of(executableOrFolder);
    var etcd = Files.isDirectory(given) ? given.resolve("etcd") : given;
    if (!Files.isExecutable(etcd)) {
      throw new IllegalStateException("etcd.bin names no etcd that can be run: " + given);
    }
    return new ProcessLauncher(etcd);
  }

  @Override
  public String kind() {
    return "etcd";
  }

  @Override
  public EtcdVersion version() {
    return version;
  }

  @Override
  public ClusterRunner cluster(ClusterPlan cluster) {
    return new IndependentMembers(member -> runner(cluster, member));
  }

  private EtcdRunner runner(ClusterPlan cluster, MemberPlan member) {
    var command = new ArrayList<String>();
    member
        .namespace()
        .ifPresent(namespace -> command.addAll(List.of("ip", "netns", "exec", namespace)));
    command.add(etcd.toString());
    command.add("--data-dir=" + cluster.folder().resolve(member.name() + ".data"));
    command.addAll(Flags.of(version, cluster, member));
    return new EtcdProcess(member, command);
  }

  @Override
  public String etcdctl(List<String> arguments, List<Path> files) {
    var sibling = etcd.resolveSibling("etcdctl");
    var etcdctl =
        Files.isExecutable(sibling)
            ? sibling
            : findOnPath("etcdctl")
                .orElseThrow(
                    () ->
                        new IllegalStateException(
                            "no etcdctl beside " + etcd + " nor on the PATH"));
    return Command.run(Stream.concat(Stream.of(etcdctl.toString()), arguments.stream()).toList());
  }

  private static Optional<Path> findOnPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
