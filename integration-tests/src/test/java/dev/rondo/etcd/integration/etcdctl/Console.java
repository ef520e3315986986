package dev.rondo.etcd.integration.etcdctl;

import static java.util.stream.Collectors.joining;

import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import dev.rondo.etcd.testing.Etcdctl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A shell for one cluster.
 *
 * <p>Commands may say {@code $LEASE} and {@code $MEMBER} for the id of the one that was granted or
 * added last, {@code $LEADER} and {@code $FOLLOWER} for those of members. What is printed comes
 * without what two clusters cannot have in common.
 */
final class Console implements AutoCloseable {
  private static final Pattern GRANTED = Pattern.compile("lease ([0-9a-f]{16}) granted");
  private static final Pattern ADDED = Pattern.compile("Member +([0-9a-f]+) added");

  private final EtcdBackend backend;
  private final Etcdctl etcdctl;
  private final EtcdCluster cluster;
  private final Plain plain;
  private final Map<String, String> variables = new HashMap<>();

  private Console(EtcdBackend backend, Etcdctl etcdctl, EtcdCluster cluster) {
    this.backend = backend;
    this.etcdctl = etcdctl;
    this.cluster = cluster;
    this.plain = new Plain(cluster, backend.version());
  }

  static Console start(EtcdBackend backend, Etcdctl etcdctl, int members) {
    return new Console(backend, etcdctl, backend.cluster().members(members).start());
  }

  /** Runs a command that ends, and returns how. */
  String run(String command, String input) {
    var ending = etcdctl.end(arguments(command), input);
    remember(ending.output());
    return "%s%n%s%s"
        .formatted(ending.code(), plain.of(ending.output()), plain.of(ending.complaints()));
  }

  /** Runs a command that does not end, until it has printed so many lines. */
  String firstLines(String command, int count) {
    return plain.of(etcdctl.firstLines(arguments(command), count).stream().collect(joining("\n")));
  }

  private List<String> arguments(String command) {
    var arguments = new ArrayList<String>();
    arguments.add(
        "--endpoints="
            + cluster.members().stream().map(EtcdMember::endpoint).collect(joining(",")));
    Stream.of(command.split(" ", -1)).map(this::value).forEach(arguments::add);
    return arguments;
  }

  private String value(String argument) {
    if (argument.equals("$LEADER")) {
      return Long.toHexString(cluster.leader().id());
    }
    if (argument.equals("$FOLLOWER")) {
      return Long.toHexString(cluster.followers().get(0).id());
    }
    var value = argument;
    for (var variable : variables.entrySet()) {
      value = value.replace(variable.getKey(), variable.getValue());
    }
    return value;
  }

  private void remember(String output) {
    remember("$LEASE", GRANTED, output);
    remember("$MEMBER", ADDED, output);
  }

  private void remember(String variable, Pattern pattern, String output) {
    var matcher = pattern.matcher(output);
    if (matcher.find()) {
      variables.put(variable, matcher.group(1));
    }
  }

  EtcdCluster cluster() {
    return cluster;
  }

  @Override
  public void close() {
    cluster.close();
  }

  @Override
  public String toString() {
    return backend.toString();
  }
}
