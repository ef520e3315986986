package dev.rondo.etcd.companion.consensus.ratis;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/** Where Ratis gets what it sends with. It makes one of these by its name, without arguments. */
final class LocalRpcType implements RpcType {
  private static final String NODE = "rondo.node";

  static Parameters parameters(RatisConsensus node) {
    var parameters = new Parameters();
    parameters.put(NODE, node, RatisConsensus.class);
    return parameters;
  }

  @Override
  public String name() {
    return getClass().getName();
  }

  @Override
  public ServerFactory newFactory(Parameters parameters) {
    return new Factory(this, parameters.getNonNull(NODE, RatisConsensus.class));
  }

  private record Factory(LocalRpcType type, RatisConsensus node) implements ServerFactory {
    @Override
    public RpcType getRpcType() {
      return type;
    }

    @Override
    public RaftServerRpc newRaftServerRpc(RaftServer server) {
      return new LocalRpc(type, node);
    }

    @Override
    public LogAppender newLogAppender(
        RaftServer.Division division, LeaderState leader, FollowerInfo follower) {
      node.followers().put(follower);
      return new LogSender(division, leader, follower, node.heartbeat());
    }
  }
}
