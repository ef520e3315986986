package dev.rondo.etcd.companion.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HostileClientsTest {
  private static final int MIB = 1024 * 1024;

  private TestServer ours;
  private Channel channel;

  @BeforeEach
  void start() {
    ours = TestServer.start();
    channel = ours.client();
  }

  @AfterEach
  void stop() throws Exception {
    ours.close();
  }

  @Test
  void servesOthersWhileThousandsConnectAndSayNothing() throws Exception {
    for (int i = 0; i < 2000; i++) {
      ours.socket();
    }

    assertServes();
  }

  @Test
  void hangsUpOnGarbage() throws Exception {
    var garbage = new byte[64 * 1024];
    new Random(42).nextBytes(garbage);

    var socket = ours.socket();
    try {
      socket.getOutputStream().write(garbage);
    } catch (SocketException e) {
      assertThat(e).hasMessageMatching("(?i)connection reset.*|broken pipe.*");
    }

    awaitEnd(socket);
    assertServes();
  }

  @Test
  void hangsUpOnAnOlderHttp() throws Exception {
    var socket = ours.socket();
    socket.getOutputStream().write("GET /health HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));

    awaitEnd(socket);
    assertServes();
  }

  @Test
  void saysNothingToWhoSpeaksTls() throws Exception {
    var socket = ours.socket();
    socket.getOutputStream().write(new byte[] {0x16, 3, 1}); // how a TLS handshake begins

    assertThat(socket.getInputStream().read()).isEqualTo(-1);
    assertServes();
  }

  @Test
  void takesAPrefaceInPieces() throws Exception {
    var socket = ours.socket();
    for (byte piece : "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII)) {
      socket.getOutputStream().write(piece);
    }

    assertThat(socket.getInputStream().readNBytes(9)[3]).isEqualTo((byte) 4); // a SETTINGS frame
  }

  @Test
  void survivesConnectionsThatBreakAtOnce() throws Exception {
    for (int i = 0; i < 200; i++) {
      var socket = ours.socket();
      socket.setSoLinger(true, 0);
      socket.close();
    }

    assertServes();
  }

  static List<EtcdBackend> etcds() {
    return EtcdBackend.all();
  }

  @ParameterizedTest
  @MethodSource("etcds")
  void refusesWhatIsTooLargeInTheWordsOfEtcd(EtcdBackend backend) {
    var large = put(2 * MIB);
    assertThat(code(channel, large))
        .isEqualTo(
            "RESOURCE_EXHAUSTED: grpc: received message larger than max (%d vs. 2097152)",
            large.getSerializedSize());
    try (var cluster = backend.cluster().start()) {
      var endpoint = URI.create(cluster.endpoints().get(0));
      var etcd =
          NettyChannelBuilder.forAddress(endpoint.getHost(), endpoint.getPort())
              .usePlaintext()
              .build();
      assertThat(code(etcd, large)).isEqualTo(code(channel, large));
      assertThat(code(etcd, put(10 * MIB))).isEqualTo(code(channel, put(10 * MIB)));
      assertThat(unreadable(etcd)).startsWith("INTERNAL: grpc: error unmarshalling request: ");
      etcd.shutdownNow();
    }
    assertServes();
  }

  @Test
  void takesWhatJustFitsAndNotAByteMore() {
    int around = put(MIB).getSerializedSize() - MIB;

    assertThat(code(channel, put(2 * MIB - around))).isEqualTo("OK");
    assertThat(code(channel, put(2 * MIB - around + 1)))
        .isEqualTo(
            "RESOURCE_EXHAUSTED: grpc: received message larger than max (2097153 vs. 2097152)");
  }

  @Test
  void refusesWhatIsNoRequest() {
    assertThat(unreadable(channel)).startsWith("INTERNAL: grpc: error unmarshalling request: ");
    assertServes();
  }

  private void assertServes() {
    assertThatCode(
            () ->
                KVGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS).put(put(1)))
        .doesNotThrowAnyException();
  }

  private static PutRequest put(int bytes) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8("a"))
        .setValue(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  private static String code(Channel to, PutRequest request) {
    try {
      KVGrpc.newBlockingStub(to).put(request);
      return "OK";
    } catch (StatusRuntimeException e) {
      return text(e.getStatus());
    }
  }

  /** Sends a put that says its key has 127 bytes, and ends there. */
  private static String unreadable(Channel to) {
    var method =
        KVGrpc.getPutMethod().toBuilder(new Bytes(), KVGrpc.getPutMethod().getResponseMarshaller());
    try {
      ClientCalls.blockingUnaryCall(
          to, method.build(), CallOptions.DEFAULT, new byte[] {0x0a, 0x7f});
      return "OK";
    } catch (StatusRuntimeException e) {
      return text(e.getStatus());
    }
  }

  private static String text(Status status) {
    return status.getCode() + ": " + status.getDescription();
  }

  /** Reads until the server has hung up. */
  private static void awaitEnd(Socket socket) throws IOException {
    var buffer = new byte[1024];
    try {
      while (socket.getInputStream().read(buffer) >= 0) {
        // whatever it says
      }
    } catch (SocketException e) {
      assertThat(e).hasMessageMatching("(?i)connection reset.*");
    }
  }

  private record Bytes() implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException();
    }
  }
}
