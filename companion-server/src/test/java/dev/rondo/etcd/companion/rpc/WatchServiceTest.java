package dev.rondo.etcd.companion.rpc;

import static dev.rondo.etcd.companion.rpc.Watched.utf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.WatchGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What concerns the companion alone: its streams, their memory and their end. */
@Timeout(120)
class WatchServiceTest {
  private static final ByteString OPEN = ByteString.copyFrom(new byte[1]);

  /** What is sent ahead to a client that does not read, and what gRPC and one response add. */
  private static final long OWED_BYTES = WatchedStore.WINDOW + 128 * 1024;

  @Test
  void refusesARevisionBelowZero() {
    // As etcd since 3.5.24; before, it took -1 for now.
    try (var watched = new WatchedStore();
        var client = WatchClient.reading(watched.channel())) {
      client.create(create -> create.setKey(utf8("a")).setStartRevision(-1));

      var refused = client.next();
      assertThat(refused.getWatchId()).isEqualTo(-1);
      assertThat(refused.getCreated()).isTrue();
      assertThat(refused.getCanceled()).isTrue();
      assertThat(refused.getCancelReason())
          .isEqualTo("etcdserver: mvcc: required revision has been compacted");
    }
  }

  @Test
  void givesItsHeader() {
    try (var watched = new WatchedStore();
        var client = WatchClient.reading(watched.channel())) {
      var header = client.created(create -> create.setKey(utf8("a"))).getHeader();

      assertThat(header.getClusterId()).isEqualTo(1);
      assertThat(header.getMemberId()).isEqualTo(2);
      assertThat(header.getRaftTerm()).isEqualTo(3);
    }
  }

  @Test
  void aClientThatDoesNotReadSlowsNobodyAndIsOwedABoundedAmount() {
    var meter = new OutboundMeter();
    var value = "v".repeat(1000);
    int writes = 20_000;
    try (var watched = new WatchedStore(meter);
        var slow = WatchClient.hesitating(watched.channel())) {
      slow.read(1);
      slow.created(create -> create.setKey(OPEN).setRangeEnd(OPEN));
      var fast = WatchClient.reading(watched.channel());
      fast.created(create -> create.setKey(OPEN).setRangeEnd(OPEN));

      for (int i = 0; i < writes; i++) {
        watched.put("key" + i, value);
      }
      var heard = fast.events(writes);
      long owed = meter.bytes().get(0);

      assertThat(heard.get(writes - 1).getKv().getModRevision()).isEqualTo(writes + 1);
      assertThat(slow.unread()).isZero();
      assertThat(owed).isLessThan(OWED_BYTES);
      assertThat(meter.bytes().get(1)).isGreaterThan(writes * 1000L);

      slow.read(Integer.MAX_VALUE);

      assertThat(slow.events(writes)).isEqualTo(heard);
      slow.askForProgress();
      assertThat(slow.next().getWatchId()).isEqualTo(-1);
    }
  }

  @Test
  void thousandStreamsOfWhichNoneIsReadAreOwedABoundedAmount() {
    var meter = new OutboundMeter();
    var value = "v".repeat(10_000);
    int streams = 1000;
    try (var watched = new WatchedStore(meter)) {
      var silent =
          IntStream.range(0, streams)
              .mapToObj(i -> WatchClient.hesitating(watched.channel()))
              .toList();
      silent.forEach(client -> client.create(create -> create.setKey(utf8("a"))));
      await().until(() -> meter.bytes().stream().filter(bytes -> bytes > 0).count() == streams);
      try (var reader = WatchClient.reading(watched.channel())) {
        reader.created(create -> create.setKey(utf8("a")));

        for (int i = 0; i < 2000; i++) {
          watched.put("a", value);
        }

        assertThat(reader.events(2000).get(1999).getKv().getVersion()).isEqualTo(2000);
        long owed = meter.bytes().stream().limit(streams).mapToLong(bytes -> bytes).sum();
        assertThat(owed).isLessThan(streams * OWED_BYTES);
      }

      silent.forEach(WatchClient::close);
      await().until(() -> watched.streams() == 0);
    }
  }

  @Test
  void thousandWatchesOfOneStreamThatIsNotReadAreOwedABoundedAmount() {
    var meter = new OutboundMeter();
    try (var watched = new WatchedStore(meter);
        var client = WatchClient.hesitating(watched.channel())) {
      for (int i = 0; i < 1000; i++) {
        client.create(create -> create.setKey(utf8("a")));
      }
      client.read(1000);
      for (int i = 0; i < 1000; i++) {
        assertThat(client.next().getWatchId()).isEqualTo(i);
      }

      for (int i = 0; i < 1000; i++) {
        watched.put("a", "v".repeat(1000));
      }

      assertThat(client.unread()).isZero();
      assertThat(meter.bytes().get(0)).isLessThan(OWED_BYTES);
    }
  }

  @Test
  void freesWhatAClientLeaves() {
    try (var watched = new WatchedStore()) {
      try (var client = WatchClient.reading(watched.channel())) {
        client.created(create -> create.setKey(utf8("a")));
        assertThat(watched.streams()).isEqualTo(1);
      }

      await().until(() -> watched.streams() == 0);
      watched.put("a", "v");
    }
  }

  @Test
  void freesAStreamThatAnInterceptorEnds() {
    var closing = new ClosingInterceptor();
    try (var watched = new WatchedStore(closing);
        var client = WatchClient.reading(watched.channel())) {
      client.created(create -> create.setKey(utf8("a")));

      closing.calls.join().close(EtcdError.NO_LEADER.status(), new Metadata());
      watched.put("a", "v");

      assertThat(client.ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(client.ended().getDescription()).isEqualTo("etcdserver: no leader");
      await().until(() -> watched.streams() == 0);
    }
  }

  @Test
  void endsAStreamOfGarbageAndNoOther() {
    try (var watched = new WatchedStore();
        var neighbour = WatchClient.reading(watched.channel())) {
      neighbour.created(create -> create.setKey(utf8("a")));

      var garbage = sendRaw(watched, "\u00ff\u00fegarbage".getBytes(UTF_8));
      var tooLarge = sendRaw(watched, new byte[5 * 1024 * 1024]);

      for (var ended : List.of(garbage, tooLarge)) {
        assertThat(ended.join().isOk()).isFalse();
      }
      await().until(() -> watched.streams() == 1);
      watched.put("a", "v");
      assertThat(neighbour.events(1)).hasSize(1);
    }
  }

  private static CompletableFuture<Status> sendRaw(WatchedStore watched, byte[] message) {
    var ended = new CompletableFuture<Status>();
    var method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(WatchGrpc.getWatchMethod().getFullMethodName())
            .setRequestMarshaller(new Raw())
            .setResponseMarshaller(new Raw())
            .build();
    var call = watched.channel().newCall(method, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(message);
    return ended.orTimeout(20, TimeUnit.SECONDS);
  }

  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      return new byte[0];
    }
  }

  /** Hands its call out, to be closed from elsewhere. */
  private static final class ClosingInterceptor implements ServerInterceptor {
    final CompletableFuture<ServerCall<?, ?>> calls = new CompletableFuture<>();

    @Override
    public <RequestT, ResponseT> ServerCall.Listener<RequestT> interceptCall(
        ServerCall<RequestT, ResponseT> call,
        Metadata headers,
        ServerCallHandler<RequestT, ResponseT> next) {
      calls.complete(call);
      return next.startCall(call, headers);
    }
  }
}
