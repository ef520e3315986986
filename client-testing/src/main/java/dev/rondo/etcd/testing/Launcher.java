package dev.rondo.etcd.testing;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A way to run etcd and its tools. */
interface Launcher {
  /**
   * What a runner has to know.
   *
   * @param folder where its data and files go
   * @param flags all flags but the one for the data
   * @param files what etcd reads
   * @param log where its output goes
   * @param namespace the network namespace to run in
   */
  record Launch(
      String name,
      Path folder,
      List<String> flags,
      List<Path> files,
      Path log,
      Optional<String> namespace) {}

  EtcdVersion version();

  EtcdRunner runner(Launch launch);

  /** Runs {@code etcdctl}, which reads these files, and returns what it prints. */
  String etcdctl(List<String> arguments, List<Path> files);
}
