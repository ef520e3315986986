package dev.rondo.etcd.companion.consensus.ratis;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.Leadership;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Ratis' names for our ids. A peer is named by its member's id alone, never by an address: a member
 * that comes back under the address of another must not be taken for it.
 */
final class PeerIds {
  private PeerIds() {}

  static RaftPeerId of(long member) {
    return RaftPeerId.valueOf(Long.toHexString(member));
  }

  static long member(@Nullable RaftPeerId peer) {
    return peer == null ? Leadership.NONE : Long.parseUnsignedLong(peer.toString(), 16);
  }

  static long member(ByteString peer) {
    return member(RaftPeerId.valueOf(peer));
  }

  static List<RaftPeer> peers(Set<Long> members, RaftPeerRole role) {
    return members.stream()
        .map(member -> RaftPeer.newBuilder().setId(of(member)).setStartupRole(role).build())
        .toList();
  }

  static List<RaftPeer> voters(Configuration configuration) {
    return peers(configuration.voters(), RaftPeerRole.FOLLOWER);
  }

  static List<RaftPeer> learners(Configuration configuration) {
    return peers(configuration.learners(), RaftPeerRole.LISTENER);
  }

  static List<RaftPeer> all(Configuration configuration) {
    return Stream.of(voters(configuration), learners(configuration)).flatMap(List::stream).toList();
  }

  static Configuration configuration(RaftConfiguration configuration) {
    return new Configuration(
        members(configuration.getCurrentPeers(RaftPeerRole.FOLLOWER)),
        members(configuration.getCurrentPeers(RaftPeerRole.LISTENER)));
  }

  static Set<Long> members(Collection<RaftPeer> peers) {
    return peers.stream().map(peer -> member(peer.getId())).collect(Collectors.toUnmodifiableSet());
  }
}
