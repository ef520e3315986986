package dev.rondo.etcd.benchmarks.rondo;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.rondo.etcd.benchmarks.cost.Sample;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Answers every get with the sample and every put with a header, from bytes made beforehand. The
 * requests are not looked at, and nothing is done off the event loops: the server should be the
 * smallest part of a call.
 */
public final class CannedServer {
  private CannedServer() {}

  /** Serves until standard input ends; prints its port first. */
  public static void main(String[] arguments) throws IOException {
    ResponseHeader header =
        ResponseHeader.newBuilder()
            .setClusterId(0x1234567890abcdefL)
            .setMemberId(0x0fedcba098765432L)
            .setRevision(1_000_000)
            .setRaftTerm(7)
            .build();
    KeyValue sample =
        KeyValue.newBuilder()
            .setKey(ByteString.copyFrom(Sample.key()))
            .setValue(ByteString.copyFrom(Sample.value()))
            .setCreateRevision(999_000)
            .setModRevision(999_999)
            .setVersion(42)
            .build();
    RangeResponse found =
        RangeResponse.newBuilder().setHeader(header).addKvs(sample).setCount(1).build();
    PutResponse done = PutResponse.newBuilder().setHeader(header).build();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(
                ServerServiceDefinition.builder(KVGrpc.SERVICE_NAME)
                    .addMethod(raw(KVGrpc.getRangeMethod()), answering(found))
                    .addMethod(raw(KVGrpc.getPutMethod()), answering(done))
                    .build())
            .build()
            .start();
    System.out.println(server.getPort());
    while (System.in.read() >= 0) {
      // what comes in says no more than that the benchmark lives
    }
    server.shutdownNow();
  }

  private static MethodDescriptor<byte[], byte[]> raw(MethodDescriptor<?, ?> method) {
    return MethodDescriptor.newBuilder(new Raw(), new Raw())
        .setType(method.getType())
        .setFullMethodName(method.getFullMethodName())
        .build();
  }

  private static ServerCallHandler<byte[], byte[]> answering(MessageLite message) {
    byte[] answer = message.toByteArray();
    return ServerCalls.asyncUnaryCall(
        (request, observer) -> {
          observer.onNext(answer);
          observer.onCompleted();
        });
  }

  /** Bytes as they are. */
  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read a request", e);
      }
    }
  }
}
