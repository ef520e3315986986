package dev.rondo.etcd.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScriptedServerTest {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final RangeRequest REQUEST =
      RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build();

  private final ScriptedServer server = ScriptedServer.start();
  private final ManagedChannel channel =
      Grpc.newChannelBuilderForAddress(
              "127.0.0.1", server.port(), InsecureChannelCredentials.create())
          .build();

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void answersByScriptAndKeepsWhatItReceived() {
    server.on(
        KVGrpc.getRangeMethod(),
        (request, call) -> call.reply(RangeResponse.newBuilder().setCount(7).build()));
    var headers = new Metadata();
    headers.put(TOKEN, "secret");
    Channel withToken =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));

    var response = KVGrpc.newBlockingStub(withToken).range(REQUEST);

    assertThat(response.getCount()).isEqualTo(7);
    assertThat(server.received(KVGrpc.getRangeMethod())).containsExactly(REQUEST);
    assertThat(server.calls().get(0).headers().get(TOKEN)).isEqualTo("secret");
  }

  @Test
  void failsAsTold() {
    server.on(
        KVGrpc.getRangeMethod(),
        (request, call) -> call.fail(Status.UNAVAILABLE.withDescription("etcdserver: no leader")));

    assertThatThrownBy(this::range).hasMessage("UNAVAILABLE: etcdserver: no leader");
  }

  @Test
  void saysThatAMethodHasNoScript() {
    assertThatThrownBy(() -> KVGrpc.newBlockingStub(channel).put(PutRequest.getDefaultInstance()))
        .hasMessage("UNIMPLEMENTED: no script for etcdserverpb.KV/Put");
    assertThat(server.calls())
        .extracting(ScriptedCall::method)
        .containsExactly("etcdserverpb.KV/Put");
  }

  @Test
  void countsTheCallsThatClientsGaveUp() {
    server.on(KVGrpc.getRangeMethod(), (request, call) -> {});

    assertThatThrownBy(
            () ->
                KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                    .range(REQUEST))
        .hasMessageContaining("DEADLINE_EXCEEDED");

    Patience.await("cancelled", Duration.ofSeconds(5), () -> server.cancelledCalls() == 1);
  }

  @Test
  void speaksOnAStreamWhenTheTestLikes() throws InterruptedException {
    var watch = WatchGrpc.getWatchMethod();
    server.onOpen(watch, call -> call.send(WatchResponse.newBuilder().setWatchId(1).build()));
    server.on(
        watch, (request, call) -> call.send(WatchResponse.newBuilder().setWatchId(2).build()));
    var seen = new Seen();

    var requests = WatchGrpc.newStub(channel).watch(seen);
    assertThat(seen.next()).isEqualTo("1");
    requests.onNext(WatchRequest.getDefaultInstance());
    server.awaitReceived(watch, 1);
    assertThat(seen.next()).isEqualTo("2");
    server.calls(watch).get(0).send(WatchResponse.newBuilder().setWatchId(3).build());
    assertThat(seen.next()).isEqualTo("3");
    requests.onCompleted();

    assertThat(seen.next()).isEqualTo("completed");
    assertThat(server.cancelledCalls()).isZero();
  }

  @Test
  void breaksStreamsWhenStoppedAndComesBackOnTheSamePort() throws InterruptedException {
    server.on(WatchGrpc.getWatchMethod(), (request, call) -> {});
    server.on(
        KVGrpc.getRangeMethod(), (request, call) -> call.reply(RangeResponse.getDefaultInstance()));
    var seen = new Seen();
    WatchGrpc.newStub(channel).watch(seen).onNext(WatchRequest.getDefaultInstance());
    server.awaitReceived(1);

    server.stop();
    assertThat(seen.next()).startsWith("UNAVAILABLE");
    assertThatThrownBy(this::range).isInstanceOf(StatusRuntimeException.class);
    server.restart();

    assertThat(KVGrpc.newBlockingStub(channel).withWaitForReady().range(REQUEST)).isNotNull();
    assertThat(server.cancelledCalls()).isEqualTo(1);
  }

  @Test
  void letsOpenCallsFinishWhenItSendsClientsAway() throws InterruptedException {
    var watch = WatchGrpc.getWatchMethod();
    server.on(watch, (request, call) -> {});
    server.on(
        KVGrpc.getRangeMethod(), (request, call) -> call.reply(RangeResponse.getDefaultInstance()));
    var seen = new Seen();
    WatchGrpc.newStub(channel).watch(seen).onNext(WatchRequest.getDefaultInstance());
    server.awaitReceived(1);

    server.goAway();

    assertThat(KVGrpc.newBlockingStub(channel).withWaitForReady().range(REQUEST)).isNotNull();
    server.calls(watch).get(0).send(WatchResponse.newBuilder().setWatchId(9).build());
    assertThat(seen.next()).isEqualTo("9");
  }

  @Test
  void servesTlsUnderOneAddress() throws IOException {
    try (var certificates = Certificates.create();
        var secure =
            ScriptedServer.builder()
                .host("127.0.0.2")
                .tls(certificates.member(1))
                .clientAuth(certificates.ca())
                .start()) {
      secure.on(
          KVGrpc.getRangeMethod(),
          (request, call) -> call.reply(RangeResponse.getDefaultInstance()));
      var client = certificates.client();
      var credentials =
          TlsChannelCredentials.newBuilder()
              .trustManager(certificates.ca().toFile())
              .keyManager(client.certificate().toFile(), client.key().toFile())
              .build();
      var tls = Grpc.newChannelBuilderForAddress("127.0.0.2", secure.port(), credentials).build();

      assertThat(KVGrpc.newBlockingStub(tls).range(REQUEST)).isNotNull();

      assertThat(secure.endpoint()).isEqualTo("https://127.0.0.2:" + secure.port());
      assertThat(secure.calls().get(0).clientCertificate())
          .get()
          .extracting(shown -> shown.getSubjectX500Principal().getName())
          .isEqualTo("CN=client");
      tls.shutdownNow();
    }
  }

  private RangeResponse range() {
    return KVGrpc.newBlockingStub(channel).range(REQUEST);
  }

  /** What a client sees of a stream. */
  private static final class Seen implements StreamObserver<WatchResponse> {
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    String next() throws InterruptedException {
      return String.valueOf(events.poll(10, TimeUnit.SECONDS));
    }

    @Override
    public void onNext(WatchResponse response) {
      events.add(Long.toString(response.getWatchId()));
    }

    @Override
    public void onError(Throwable failure) {
      events.add(Status.fromThrowable(failure).toString().replaceFirst("Status\\{code=", ""));
    }

    @Override
    public void onCompleted() {
      events.add("completed");
    }
  }
}
