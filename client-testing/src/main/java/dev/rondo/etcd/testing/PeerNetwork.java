package dev.rondo.etcd.testing;

import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A private network on this machine with one namespace for each member.
 *
 * <p>What one member sends to the peer port of another is turned by a rule in its own namespace to
 * a {@link TcpBridge} in this JVM, one for each ordered pair, and goes on from there.
 */
final class PeerNetwork implements AutoCloseable {
  private static final int CLIENT_PORT = 2379;
  private static final int PEER_PORT = 2380;
  private static final int ATTEMPTS = 20;

  private record Pair(Seat from, Seat to) {}

  private final String subnet; // the first three numbers of its addresses
  private final String tag; // part of all names, never the same for two networks
  // All guarded by this.
  private final List<Seat> seats = new ArrayList<>();
  private final Map<Pair, TcpBridge> bridges = new HashMap<>();

  private PeerNetwork(int number) {
    this.subnet = "10." + (number >> 8) + "." + (number & 0xff);
    this.tag = String.format(Locale.ROOT, "rondo%04x", number);
  }

  static PeerNetwork create() {
    requirePrivileges();
    for (int attempt = 1; ; attempt++) {
      var network = new PeerNetwork(ThreadLocalRandom.current().nextInt(0x0100, 0xff00));
      try {
        network.open();
        return network;
      } catch (IllegalStateException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static void requirePrivileges() {
    if (!System.getProperty("os.name").equals("Linux")
        || !Command.run("id", "-u").strip().equals("0")) {
      throw new IllegalStateException(
          "partitionable() needs Linux, root, ip and iptables: each member gets a network namespace");
    }
    Command.run("ip", "-V");
    Command.run("iptables", "-V");
  }

  private void open() {
    if (overlapsAnother()) {
      throw new IllegalStateException(subnet + ".0/24 is in use");
    }
    // Only one of two networks with the same number gets this name.
    Command.run("ip", "link", "add", tag, "type", "bridge");
    try {
      Command.run("ip", "address", "add", gateway() + "/24", "dev", tag);
      Command.run("ip", "link", "set", tag, "up");
    } catch (IllegalStateException e) {
      close();
      throw e;
    }
  }

  private boolean overlapsAnother() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(device -> device.getInterfaceAddresses().stream())
          .anyMatch(this::overlaps);
    } catch (SocketException e) {
      throw new IllegalStateException("cannot list the addresses of this machine", e);
    }
  }

  private boolean overlaps(InterfaceAddress used) {
    var numbers = used.getAddress().getAddress();
    if (numbers.length != 4 || numbers[0] != 10) {
      return false;
    }
    int shared = Math.min(24, used.getNetworkPrefixLength());
    return (asNumber(numbers) ^ subnetNumber()) >>> (32 - shared) == 0;
  }

  private int subnetNumber() {
    var parts = subnet.split("\\.", -1);
    return asNumber(
        new byte[] {
          (byte) Integer.parseInt(parts[0]),
          (byte) Integer.parseInt(parts[1]),
          (byte) Integer.parseInt(parts[2]),
          0
        });
  }

  private static int asNumber(byte[] address) {
    return ByteBuffer.wrap(address).getInt();
  }

  private String gateway() {
    return subnet + ".1";
  }

  /** Makes a namespace for one more member, linked to those before it. */
  synchronized Seat newSeat() {
    int index = seats.size();
    var namespace = tag + "-m" + index;
    var device = device(index);
    var address = subnet + "." + (index + 2);
    var seat = new Seat(address, CLIENT_PORT, PEER_PORT, Optional.of(namespace));
    Command.run("ip", "netns", "add", namespace);
    seats.add(seat);
    Command.run(
        "ip", "link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    Command.run("ip", "link", "set", device, "master", tag, "up");
    Command.run("ip", "-n", namespace, "address", "add", address + "/24", "dev", "eth0");
    Command.run("ip", "-n", namespace, "link", "set", "eth0", "up");
    Command.run("ip", "-n", namespace, "link", "set", "lo", "up");
    for (var other : seats.subList(0, index)) {
      join(seat, other);
      join(other, seat);
    }
    return seat;
  }

  private void join(Seat from, Seat to) {
    var bridge = TcpBridge.between(gateway(), to.host(), to.peerPort());
    bridges.put(new Pair(from, to), bridge);
    var command = new ArrayList<>(List.of("ip", "netns", "exec", from.namespace().orElseThrow()));
    command.addAll(List.of("iptables", "--wait", "--table", "nat", "--append", "OUTPUT"));
    command.addAll(List.of("--protocol", "tcp", "--destination", to.host()));
    command.addAll(List.of("--dport", Integer.toString(to.peerPort())));
    command.addAll(List.of("--jump", "DNAT", "--to-destination", bridge.authority()));
    Command.run(command);
  }

  synchronized PeerLink link(Seat from, Seat to) {
    var opened = bridges.get(new Pair(from, to));
    var answered = bridges.get(new Pair(to, from));
    if (opened == null || answered == null) {
      throw new IllegalArgumentException("no link between " + from + " and " + to);
    }
    return new BridgedPeerLink(opened, answered);
  }

  @Override
  public synchronized void close() {
    var closings = new ArrayList<Runnable>();
    bridges.values().forEach(bridge -> closings.add(bridge::close));
    // The devices of a namespace go with it, but late.
    for (int i = 0; i < seats.size(); i++) {
      var device = device(i);
      var namespace = seats.get(i).namespace().orElseThrow();
      closings.add(() -> Command.run("ip", "link", "delete", device));
      closings.add(() -> Command.run("ip", "netns", "delete", namespace));
    }
    closings.add(() -> Command.run("ip", "link", "delete", tag));
    bridges.clear();
    seats.clear();
    Closing.all(closings);
  }

  private String device(int index) {
    return tag + "-" + index;
  }
}
