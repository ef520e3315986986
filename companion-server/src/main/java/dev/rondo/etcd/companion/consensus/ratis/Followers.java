package dev.rondo.etcd.companion.consensus.ratis;

import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.server.leader.FollowerInfo;

/**
 * What the leader knows of each other member. Ratis tells only positions; which is whose is seen
 * when it makes the sender for a member, anew for each term. What is here is of use only while this
 * member leads.
 */
final class Followers {
  private final ConcurrentHashMap<Long, FollowerInfo> infos = new ConcurrentHashMap<>();

  void put(FollowerInfo info) {
    infos.put(PeerIds.member(info.getId()), info);
  }

  OptionalLong matchIndex(long member) {
    var info = infos.get(member);
    return info == null
        ? OptionalLong.empty()
        : OptionalLong.of(AppliedLog.ours(info.getMatchIndex()));
  }

  boolean answeredWithin(long member, long millis) {
    var info = infos.get(member);
    return info != null && info.getLastRpcResponseTime().elapsedTimeMs() <= millis;
  }
}
