package dev.rondo.etcd.testing;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.StatusRequest;
import dev.rondo.etcd.wire.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Asks members how they are, each over a fresh connection past all bridges.
 *
 * <p>It trusts every certificate: what clients make of them is for the tests to find out.
 */
final class StatusProbe {
  private static final long DEADLINE_MILLIS = 1000;
  private static final ByteString ANY_KEY = ByteString.copyFromUtf8("probe");

  private final @Nullable SslContext tls; // null without TLS

  StatusProbe(Optional<Certificates> certificates) {
    this.tls = certificates.map(StatusProbe::trustingAll).orElse(null);
  }

  private static SslContext trustingAll(Certificates certificates) {
    var client = certificates.client();
    try {
      return GrpcSslContexts.forClient()
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null)
          .keyManager(client.certificate().toFile(), client.key().toFile())
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("cannot use " + client, e);
    }
  }

  Optional<StatusResponse> ask(EtcdMember member) {
    return Optional.ofNullable(ask(List.of(member)).get(member));
  }

  /** Asks all at once; those that do not answer within a second are left out. */
  Map<EtcdMember, StatusResponse> ask(List<EtcdMember> members) {
    var questions = new LinkedHashMap<EtcdMember, Question>();
    members.forEach(member -> questions.put(member, askLater(member)));
    var answers = new LinkedHashMap<EtcdMember, StatusResponse>();
    questions.forEach(
        (member, question) -> question.answer().ifPresent(status -> answers.put(member, status)));
    return answers;
  }

  /** Returns whether a member answers a linearizable read within a second. */
  boolean isServing(EtcdMember member) {
    var channel = channel(member);
    try {
      KVGrpc.newBlockingStub(channel)
          .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
          .range(RangeRequest.newBuilder().setKey(ANY_KEY).build());
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    } finally {
      channel.shutdownNow();
    }
  }

  private ManagedChannel channel(EtcdMember member) {
    var url = URI.create(member.directEndpoint());
    var builder = NettyChannelBuilder.forAddress(url.getHost(), url.getPort());
    return (tls == null ? builder.usePlaintext() : builder.sslContext(tls)).build();
  }

  private Question askLater(EtcdMember member) {
    var channel = channel(member);
    var stub =
        MaintenanceGrpc.newFutureStub(channel)
            .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
    return new Question(channel, stub.status(StatusRequest.getDefaultInstance()));
  }

  private record Question(ManagedChannel channel, Future<StatusResponse> reply) {
    Optional<StatusResponse> answer() {
      try {
        return Optional.of(reply.get());
      } catch (ExecutionException e) {
        return Optional.empty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while asking for a status", e);
      } finally {
        channel.shutdownNow();
      }
    }
  }
}
