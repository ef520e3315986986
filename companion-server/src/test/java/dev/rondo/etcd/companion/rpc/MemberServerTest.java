package dev.rondo.etcd.companion.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import io.grpc.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemberServerTest {
  private static final PutRequest PUT =
      PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build();
  private static final int SILENCE_MILLIS = 300;

  /** How a client of HTTP/2 begins, with empty settings and a ping. */
  private static final byte[] PREFACE_AND_PING =
      ByteString.copyFromUtf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
          .concat(ByteString.copyFrom(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}))
          .concat(ByteString.copyFrom(new byte[] {0, 0, 8, 6, 0, 0, 0, 0, 0}))
          .concat(ByteString.copyFromUtf8("pingpong"))
          .toByteArray();

  private TestServer ours;

  @BeforeEach
  void start() {
    ours = TestServer.start();
  }

  @AfterEach
  void stop() throws Exception {
    ours.close();
  }

  @Test
  void holdsCallsWhilePausedAndAnswersThemAfterwards() throws Exception {
    var channel = ours.client();
    put(channel).get(10, TimeUnit.SECONDS);

    ours.server.pause();
    var held = put(channel);
    assertSilent(held);
    assertThat(ours.services.requests).hasSize(1);
    ours.server.resume();

    held.get(10, TimeUnit.SECONDS);
  }

  @Test
  void holdsAnswersToCallsThatItTookBeforeThePause() throws Exception {
    var answer = new CompletableFuture<PutResponse>();
    ours.services.puts = request -> answer;
    var channel = ours.client();
    var held = put(channel);
    await().until(() -> !ours.services.requests.isEmpty());

    ours.server.pause();
    answer.complete(PutResponse.getDefaultInstance());
    assertSilent(held);
    ours.server.resume();

    held.get(10, TimeUnit.SECONDS);
  }

  @Test
  void acceptsConnectionsWhilePausedAndSaysNothing() throws Exception {
    ours.server.pause();
    var socket = ours.socket();
    socket.getOutputStream().write(PREFACE_AND_PING);
    var channel = ours.client();
    var held = put(channel);
    socket.setSoTimeout(SILENCE_MILLIS);
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    assertSilent(held);

    ours.server.resume();

    awaitPong(socket.getInputStream());
    held.get(10, TimeUnit.SECONDS);
  }

  @Test
  void answersNoPingWhilePaused() throws Exception {
    var socket = ours.socket();
    // After its settings it says nothing more of itself.
    socket.setSoTimeout(SILENCE_MILLIS);
    assertThatThrownBy(() -> socket.getInputStream().transferTo(OutputStream.nullOutputStream()))
        .isInstanceOf(SocketTimeoutException.class);

    ours.server.pause();
    socket.getOutputStream().write(PREFACE_AND_PING);

    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    ours.server.resume();
    awaitPong(socket.getInputStream());
  }

  @Test
  void noticesAfterAPauseThatAClientHasGone() throws Exception {
    var never = new CompletableFuture<PutResponse>();
    ours.services.puts = request -> never;
    var channel = ours.client();
    var unused = put(channel);
    await().until(() -> !ours.services.requests.isEmpty());

    ours.server.pause();
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    assertThat(never).isNotDone();
    ours.server.resume();

    await().untilAsserted(() -> assertThat(never).isCancelled());
  }

  @Test
  void resetsConnectionsAndRefusesOthersWhenKilled() throws Exception {
    killAndCheck();
  }

  @Test
  void resetsConnectionsAndRefusesOthersWhenKilledWhilePaused() throws Exception {
    ours.server.pause();

    killAndCheck();
  }

  private void killAndCheck() throws Exception {
    var socket = ours.socket();

    ours.server.kill();

    assertThatThrownBy(() -> socket.getInputStream().readAllBytes())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
    assertThatThrownBy(ours::socket).isInstanceOf(ConnectException.class);
  }

  @Test
  void failsCallsWhenKilled() {
    ours.services.puts = request -> new CompletableFuture<>();
    var call = put(ours.client());
    await().until(() -> !ours.services.requests.isEmpty());

    ours.server.kill();

    assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("UNAVAILABLE");
  }

  @Test
  void keepsItsPortOverManyLives() throws Exception {
    int port = ours.port();

    for (int life = 0; life < 50; life++) {
      if (life % 2 == 0) {
        ours.server.kill();
      } else {
        ours.server.stop(Duration.ofSeconds(1));
      }
      assertThatThrownBy(ours::socket).isInstanceOf(ConnectException.class);
      ours.begin();
      put(ours.client()).get(10, TimeUnit.SECONDS);
    }

    assertThat(ours.port()).isEqualTo(port);
  }

  @Test
  void lendsItsPortToNobodyWhileItIsDown() throws Exception {
    ours.server.kill();

    try (var other = new ServerSocket()) {
      other.setReuseAddress(false);
      assertThatThrownBy(() -> other.bind(ours.server.address()))
          .isInstanceOf(SocketException.class);
    }
  }

  @Test
  void letsCallsEndBeforeItStops() throws Exception {
    var answer = new CompletableFuture<PutResponse>();
    ours.services.puts = request -> answer;
    var call = put(ours.client());
    await().until(() -> !ours.services.requests.isEmpty());

    var stopping = CompletableFuture.runAsync(() -> ours.server.stop(Duration.ofSeconds(30)));
    await()
        .untilAsserted(() -> assertThatThrownBy(ours::socket).isInstanceOf(ConnectException.class));
    answer.complete(PutResponse.getDefaultInstance());

    call.get(10, TimeUnit.SECONDS);
    stopping.get(10, TimeUnit.SECONDS);
  }

  @Test
  void doesNotWaitForEverForCallsToEnd() throws Exception {
    ours.services.puts = request -> new CompletableFuture<>();
    var call = put(ours.client());
    await().until(() -> !ours.services.requests.isEmpty());

    ours.server.stop(Duration.ofMillis(100));

    assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS)).hasMessageContaining("UNAVAILABLE");
  }

  @Test
  void saysThatAPortIsTaken() throws Exception {
    var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var taken = new InetSocketAddress(other.getInetAddress(), other.getLocalPort());

      assertThatThrownBy(() -> new MemberServer(taken, Optional.empty(), loops, Runnable::run))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "cannot listen on localhost:%d: Address already in use"
                  .formatted(other.getLocalPort()));
    } finally {
      loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }

  @Test
  void saysThatADeadServerCannotBePaused() {
    ours.server.kill();
    ours.server.kill();
    var dead = "the server of 127.0.0.1:" + ours.port() + " does not run";

    assertThatThrownBy(ours.server::pause).hasMessage(dead);
    assertThatThrownBy(ours.server::resume).hasMessage(dead);
    assertThatCode(() -> ours.server.stop(Duration.ZERO)).doesNotThrowAnyException();
  }

  @Test
  void saysThatItRunsAlready() {
    assertThatThrownBy(() -> ours.begin())
        .hasMessage("the server of 127.0.0.1:" + ours.port() + " runs already");
  }

  private static ListenableFuture<PutResponse> put(Channel channel) {
    return KVGrpc.newFutureStub(channel).put(PUT);
  }

  private static void assertSilent(ListenableFuture<?> call) {
    assertThatThrownBy(() -> call.get(SILENCE_MILLIS, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
  }

  /** Reads until the answer to the ping, which comes after the settings. */
  private static void awaitPong(InputStream input) throws Exception {
    var seen = new StringBuilder();
    while (seen.indexOf("pingpong") < 0) {
      int next = input.read();
      assertThat(next).as("after %s", seen).isNotNegative();
      seen.append((char) next);
    }
  }
}
