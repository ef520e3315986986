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
  public EtcdVersion version() {
    return version;
  }

  @Override
  public EtcdRunner runner(Launch launch) {
    var command = new ArrayList<String>();
    launch
        .namespace()
        .ifPresent(namespace -> command.addAll(List.of("ip", "netns", "exec", namespace)));
    command.add(etcd.toString());
    command.add("--data-dir=" + launch.folder().resolve(launch.name() + ".data"));
    command.addAll(launch.flags());
    return new EtcdProcess(launch.name(), command, launch.log());
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
