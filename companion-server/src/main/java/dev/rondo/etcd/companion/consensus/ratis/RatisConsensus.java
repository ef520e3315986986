package dev.rondo.etcd.companion.consensus.ratis;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.consensus.ConsensusException;
import dev.rondo.etcd.companion.consensus.Leadership;
import dev.rondo.etcd.companion.consensus.MemberSettings;
import dev.rondo.etcd.companion.consensus.Network;
import dev.rondo.etcd.companion.consensus.NotConfirmedException;
import dev.rondo.etcd.companion.consensus.NotDeliveredException;
import dev.rondo.etcd.companion.consensus.NotProposedException;
import dev.rondo.etcd.companion.consensus.NotProposedException.Reason;
import dev.rondo.etcd.companion.consensus.OutcomeUnknownException;
import dev.rondo.etcd.companion.consensus.StateMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;

/**
 * A member's part in the consensus, played by Apache Ratis. Members share a JVM and a {@link
 * Network}, which carries Ratis' messages and also what goes beside Ratis: entries to the leader,
 * read indexes, messages of whoever uses this.
 */
public final class RatisConsensus implements Consensus {
  private final MemberSettings settings;
  private final Network<RatisConsensus> network;
  private final StateMachine machine;
  private final ClientId clientId = ClientId.randomId();
  private final Followers followers = new Followers();
  private final ServerThreads threads;
  private final LeadershipWatch watch;
  private final AppliedLog applied;
  private final RaftGroupId groupId;
  private final RaftServer server;
  private final RaftServer.Division division;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RatisConsensus(
      MemberSettings settings,
      Network<RatisConsensus> network,
      StateMachine machine,
      ServerThreads threads)
      throws IOException {
    this.settings = settings;
    this.network = network;
    this.machine = machine;
    this.threads = threads;
    var peer = PeerIds.of(settings.member());
    var name = "member-" + peer;
    var timings = settings.timings();
    watch =
        new LeadershipWatch(
            name,
            this::leadership,
            machine::leadershipChanged,
            this::isQuorumHeardWithin,
            this::resign,
            timings.heartbeat(),
            timings.electionMax());
    applied = new AppliedLog(name, machine, watch::hint, this::dropLog);
    groupId = RaftGroupId.valueOf(network.id());
    boolean firstStart = !Files.exists(settings.directory().resolve(groupId.getUuid().toString()));
    server =
        RaftServer.newBuilder()
            .setServerId(peer)
            .setGroup(RaftGroup.valueOf(groupId, PeerIds.all(settings.initial())))
            .setOption(RaftStorage.StartupOption.RECOVER)
            .setStateMachine(applied)
            .setThreadGroup(threads.group())
            .setProperties(RatisProperties.of(settings, firstStart))
            .setParameters(LocalRpcType.parameters(this))
            .build();
    division = server.getDivision(groupId);
  }

  /**
   * Starts a member, for the first time or again with what its directory holds. Returns when its
   * state is loaded and the others can reach it.
   */
  public static RatisConsensus start(
      MemberSettings settings, Network<RatisConsensus> network, StateMachine machine)
      throws IOException {
    Files.createDirectories(settings.directory());
    var threads = new ServerThreads(PeerIds.of(settings.member()).toString());
    var made = new AtomicReference<RatisConsensus>();
    threads.run(() -> made.set(new RatisConsensus(settings, network, machine, threads)));
    var member = Objects.requireNonNull(made.get());
    try {
      threads.run(member.server::start);
    } catch (IOException e) {
      member.close();
      throw e;
    }
    network.attach(settings.member(), member);
    member.watch.start();
    return member;
  }

  @Override
  public CompletableFuture<Void> propose(ByteString entry) {
    if (entry.isEmpty() || entry.size() > MAX_ENTRY_BYTES) {
      throw new IllegalArgumentException(
          "an entry must have 1 to " + MAX_ENTRY_BYTES + " bytes, had " + entry.size());
    }
    long leader = leadership().leader();
    if (leader == Leadership.NONE) {
      return CompletableFuture.failedFuture(
          new NotProposedException(Reason.NO_LEADER, "no leader is known", null));
    }
    return leader == settings.member()
        ? append(entry)
        : Answers.translated(
            call(leader, peer -> peer.append(entry)), RatisConsensus::forwardingFailure);
  }

  private static ConsensusException forwardingFailure(Throwable cause) {
    if (cause instanceof ConsensusException answer) {
      return answer;
    }
    return cause instanceof NotDeliveredException
        ? new NotProposedException(Reason.NO_LEADER, "the leader cannot be reached", cause)
        : new OutcomeUnknownException("the leader's answer was lost", cause);
  }

  /** Appends an entry to this member's log if it leads. */
  private CompletableFuture<Void> append(ByteString entry) {
    var proposal = new Proposal(entry);
    var request =
        RaftClientRequest.newBuilder()
            .setClientId(clientId)
            .setServerId(server.getId())
            .setGroupId(groupId)
            .setCallId(CallId.getAndIncrement())
            .setMessage(proposal)
            .setType(RaftClientRequest.writeRequestType())
            .build();
    // The division takes requests on the caller's thread. The server before it would hand each to
    // another thread, and wait for that.
    var log = (RaftClientAsynchronousProtocol) division;
    return Answers.replied(asked(() -> log.submitClientRequestAsync(request)), proposal::failure);
  }

  private interface Request {
    CompletableFuture<RaftClientReply> ask() throws IOException;
  }

  private static CompletableFuture<RaftClientReply> asked(Request request) {
    try {
      return request.ask();
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Long> readIndex() {
    long leader = leadership().leader();
    if (leader == Leadership.NONE) {
      return CompletableFuture.failedFuture(new NotConfirmedException("no leader is known", null));
    }
    var confirmed =
        Answers.translated(
            leader == settings.member()
                ? confirmedIndex()
                : call(leader, RatisConsensus::confirmedIndex),
            RatisConsensus::confirmationFailure);
    if (!confirmed.isDone()) {
      var timeout =
          watch.later(
              settings.timings().electionMax(),
              () ->
                  confirmed.completeExceptionally(
                      new NotConfirmedException("no answer within an election timeout", null)));
      var unused = confirmed.whenComplete((index, failure) -> timeout.run());
    }
    return confirmed;
  }

  private static ConsensusException confirmationFailure(Throwable cause) {
    return cause instanceof ConsensusException answer
        ? answer
        : new NotConfirmedException("the leader cannot be reached", cause);
  }

  /** The index to read at, if this member leads and a majority says so. */
  private CompletableFuture<Long> confirmedIndex() {
    var now = leadership();
    if (!now.leads()) {
      return CompletableFuture.failedFuture(
          new NotConfirmedException("the member asked does not lead", null));
    }
    return new ReadIndexRound(settings.member(), committedIndex(), quorums())
        .start(voter -> call(voter, peer -> peer.isInTerm(now.term())));
  }

  private CompletableFuture<Boolean> isInTerm(long term) {
    return CompletableFuture.completedFuture(division.getInfo().getCurrentTerm() == term);
  }

  private Quorums quorums() {
    return Quorums.of(division.getRaftConf());
  }

  @Override
  public Leadership leadership() {
    var info = division.getInfo();
    long term = info.getCurrentTerm();
    if (closed.get() || !info.isAlive()) {
      return new Leadership(term, Leadership.NONE, false);
    }
    long leader = PeerIds.member(info.getLeaderId());
    boolean leads = leader == settings.member() && info.isLeader() && info.isLeaderReady();
    // A term that began meanwhile has no leader yet that we know.
    return info.getCurrentTerm() == term
        ? new Leadership(term, leader, leads)
        : new Leadership(info.getCurrentTerm(), Leadership.NONE, false);
  }

  @Override
  public long committedIndex() {
    return AppliedLog.ours(division.getRaftLog().getLastCommittedIndex());
  }

  @Override
  public long appliedIndex() {
    return applied.appliedIndex();
  }

  @Override
  public OptionalLong matchIndex(long member) {
    if (!isLeader()) {
      return OptionalLong.empty();
    }
    if (member == settings.member()) {
      return OptionalLong.of(division.getRaftLog().getNextIndex());
    }
    var configuration = configuration();
    return configuration.voters().contains(member) || configuration.learners().contains(member)
        ? followers.matchIndex(member)
        : OptionalLong.empty();
  }

  @Override
  public Configuration configuration() {
    return PeerIds.configuration(division.getRaftConf());
  }

  @Override
  public CompletableFuture<Void> reconfigure(Configuration expected, Configuration next) {
    var arguments =
        SetConfigurationRequest.Arguments.newBuilder()
            .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
            .setServersInCurrentConf(PeerIds.voters(expected))
            .setListenersInCurrentConf(PeerIds.learners(expected))
            .setServersInNewConf(PeerIds.voters(next))
            .setListenersInNewConf(PeerIds.learners(next))
            .build();
    var request =
        new SetConfigurationRequest(
            clientId, server.getId(), groupId, CallId.getAndIncrement(), arguments);
    var reply = asked(() -> server.setConfigurationAsync(request));
    return Answers.replied(reply, Answers.refusal("the change of members", reply.isDone()));
  }

  @Override
  public CompletableFuture<Void> transferLeadership(long target, Duration timeout) {
    if (!configuration().voters().contains(target)) {
      return CompletableFuture.failedFuture(
          new NotProposedException(Reason.REFUSED, "the target does not vote", null));
    }
    var request =
        new TransferLeadershipRequest(
            clientId,
            server.getId(),
            groupId,
            CallId.getAndIncrement(),
            PeerIds.of(target),
            timeout.toMillis());
    var reply = asked(() -> server.transferLeadershipAsync(request));
    return Answers.replied(reply, Answers.refusal("the transfer of leadership", reply.isDone()));
  }

  private boolean isQuorumHeardWithin(long millis) {
    return quorums()
        .agree(voter -> voter == settings.member() || followers.answeredWithin(voter, millis));
  }

  private void resign() {
    var request =
        new TransferLeadershipRequest(
            clientId,
            server.getId(),
            groupId,
            CallId.getAndIncrement(),
            null,
            settings.timings().electionMax().toMillis());
    var unused = asked(() -> server.transferLeadershipAsync(request));
  }

  @Override
  public CompletableFuture<ByteString> ask(long member, ByteString message) {
    return call(member, peer -> peer.machine.answer(settings.member(), message));
  }

  <R> CompletableFuture<R> call(
      long member, Function<RatisConsensus, CompletableFuture<R>> request) {
    return network.call(settings.member(), member, request);
  }

  RaftServer server() {
    return server;
  }

  Followers followers() {
    return followers;
  }

  Duration heartbeat() {
    return settings.timings().heartbeat();
  }

  private void dropLog(long upTo) {
    var unused = division.getRaftLog().purge(upTo);
  }

  private boolean isLogClosed() {
    try {
      return !division.getRaftLog().isOpened();
    } catch (IllegalStateException e) {
      return false; // it never was open: the member could not be started
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    network.detach(settings.member());
    watch.close();
    applied.snapshots().discard();
    try {
      threads.close(server, this::isLogClosed);
      applied.snapshots().awaitEnd();
    } catch (IOException e) {
      throw new IllegalStateException("a member could not be stopped", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
