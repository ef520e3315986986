package dev.rondo.etcd.companion.consensus.ratis;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis sends, carried by our network. Ratis wants answers on the spot and interrupts threads
 * that wait; the receiver must not feel that in the middle of its work, so it works on a thread of
 * the network.
 */
final class LocalRpc implements RaftServerRpc {
  private final RpcType type;
  private final RatisConsensus node;

  LocalRpc(RpcType type, RatisConsensus node) {
    this.type = type;
    this.node = node;
  }

  /** A call as Ratis makes it of the receiving server. */
  private interface Request<R> {
    CompletableFuture<R> ask(RaftServer server) throws IOException;
  }

  @Override
  public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request)
      throws IOException {
    return send(request.getServerRequest(), server -> server.appendEntriesAsync(request));
  }

  @Override
  public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
    return send(request.getServerRequest(), server -> done(server.requestVote(request)));
  }

  @Override
  public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request)
      throws IOException {
    return send(request.getServerRequest(), server -> done(server.installSnapshot(request)));
  }

  @Override
  public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request)
      throws IOException {
    return send(request.getServerRequest(), server -> done(server.startLeaderElection(request)));
  }

  private static <R> CompletableFuture<R> done(R reply) {
    return CompletableFuture.completedFuture(reply);
  }

  private <R> R send(RaftRpcRequestProto header, Request<R> request) throws IOException {
    var reply =
        node.call(
            PeerIds.member(header.getReplyId()),
            peer -> {
              try {
                return request.ask(peer.server());
              } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
              }
            });
    try {
      return reply.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a peer was called");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    }
  }

  @Override
  public RpcType getRpcType() {
    return type;
  }

  @Override
  public @Nullable InetSocketAddress getInetSocketAddress() {
    return null; // nobody listens
  }

  @Override
  public void addRaftPeers(Collection<RaftPeer> peers) {
    // The network knows its members.
  }

  @Override
  public void handleException(RaftPeerId peer, Exception failure, boolean reconnect) {
    // There is no connection to make anew.
  }

  @Override
  public void start() {
    // The member attaches itself to the network when all of it is ready.
  }

  @Override
  public void close() {
    // The network is closed by who made it.
  }
}
