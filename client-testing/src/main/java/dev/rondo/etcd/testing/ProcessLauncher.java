package dev.rondo.etcd.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs an executable of this machine. */
final class ProcessLauncher implements Launcher {
  private final Path etcd;
  private final EtcdVersion version;

  private ProcessLauncher(Path etcd) {
    this.etcd = etcd;
    this.version = EtcdVersion.parse(Command.run(etcd.toString(), "--version"));
  }

  static boolean isOnPath() {
    return Etcdctl.findOnPath("etcd").isPresent();
  }

  /** Uses the etcd that a shell would find. */
  static ProcessLauncher onPath() {
    return new ProcessLauncher(
        Etcdctl.findOnPath("etcd")
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
    return etcdctl().run(arguments);
  }

  Etcdctl etcdctl() {
    return Etcdctl.beside(etcd);
  }
}
