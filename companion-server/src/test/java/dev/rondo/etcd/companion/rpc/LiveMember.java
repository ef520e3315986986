package dev.rondo.etcd.companion.rpc;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.consensus.MemberSettings;
import dev.rondo.etcd.companion.consensus.Network;
import dev.rondo.etcd.companion.consensus.StateMachine;
import dev.rondo.etcd.companion.consensus.Timings;
import dev.rondo.etcd.companion.consensus.ratis.RatisConsensus;
import dev.rondo.etcd.companion.engine.Engine;
import dev.rondo.etcd.companion.engine.EngineSettings;
import dev.rondo.etcd.companion.engine.Workers;
import dev.rondo.etcd.companion.lease.Lessor;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.PutRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A whole member, alone in its cluster, with a client. */
final class LiveMember implements AutoCloseable {
  private static final long ID = 0x1a;
  private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);

  final ManagedChannel channel;
  private final Engine engine;
  private final MemberServer server;
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(2);
  private final Network<RatisConsensus> network = new Network<>();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  LiveMember(Path folder) throws Exception {
    var settings =
        new EngineSettings(
            0xc0,
            ID,
            1,
            "one",
            List.of("http://one"),
            List.of(Member.newBuilder().setID(ID).addPeerURLs("http://one:1").build()),
            Set.of(),
            ELECTION_TIMEOUT);
    engine =
        Engine.start(
            settings,
            new Workers(scheduler, System::nanoTime, scheduler),
            new Store(scheduler),
            new Lessor(
                System::nanoTime,
                Lessor.minTtlSeconds(ELECTION_TIMEOUT),
                Lessor.CHECKPOINT_INTERVAL,
                Lessor.RETRY_INTERVAL),
            machine -> consensus(machine, folder));
    server =
        new MemberServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            loops,
            Runnable::run);
    server.start(engine);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.address().getPort())
            .usePlaintext()
            .build();
    // It waits for the leader.
    engine
        .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("first")).build())
        .get(30, TimeUnit.SECONDS);
  }

  private Consensus consensus(StateMachine machine, Path folder) {
    var settings =
        new MemberSettings(
            ID, Configuration.of(Set.of(ID)), folder, Timings.FAST, true, 10_000, 1_000);
    try {
      return RatisConsensus.start(settings, network, machine);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws Exception {
    channel.shutdownNow();
    server.close();
    engine.close();
    network.close();
    scheduler.shutdownNow();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
  }
}
