package dev.rondo.etcd.benchmarks.rondo;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import dev.rondo.etcd.benchmarks.cost.CostWorker;
import dev.rondo.etcd.benchmarks.cost.Sample;
import dev.rondo.etcd.benchmarks.cost.Target;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The generated stubs on a channel as gRPC builds it, with the deadline that Rondo gives a call by
 * default.
 */
public final class StubTarget implements Target {
  private static final long DEADLINE_SECONDS = 10;

  private final ByteString key = ByteString.copyFrom(Sample.key());
  private final ByteString value = ByteString.copyFrom(Sample.value());
  private final KVGrpc.KVBlockingStub blocking;
  private final KVGrpc.KVFutureStub async;

  private StubTarget(NettyChannelBuilder builder) {
    ManagedChannel channel = builder.usePlaintext().build();
    blocking = KVGrpc.newBlockingStub(channel);
    async = KVGrpc.newFutureStub(channel);
  }

  private static NettyChannelBuilder stock(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port);
  }

  /** Answers are handled on the event loop, where an application could not go on as it likes. */
  static StubTarget onEventLoop(int port) {
    return new StubTarget(stock(port).directExecutor());
  }

  /** Runs a worker. */
  public static void main(String[] arguments) {
    CostWorker.serve(arguments, port -> new StubTarget(stock(port)));
  }

  @Override
  public int get() {
    return valueSize(
        blocking.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS).range(getRequest()));
  }

  @Override
  public void put() {
    var unused = blocking.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS).put(putRequest());
  }

  @Override
  public void get(Ending ending) {
    Futures.addCallback(
        async.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS).range(getRequest()),
        new Reporting<>(ending, StubTarget::valueSize),
        MoreExecutors.directExecutor());
  }

  @Override
  public void put(Ending ending) {
    Futures.addCallback(
        async.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS).put(putRequest()),
        new Reporting<>(ending, response -> 0),
        MoreExecutors.directExecutor());
  }

  private RangeRequest getRequest() {
    return RangeRequest.newBuilder().setKey(key).build();
  }

  private PutRequest putRequest() {
    return PutRequest.newBuilder().setKey(key).setValue(value).build();
  }

  private static int valueSize(RangeResponse response) {
    return response.getKvs(0).getValue().size();
  }

  /** Tells the load how a call ended. */
  private record Reporting<R>(Ending ending, ToIntFunction<R> size) implements FutureCallback<R> {
    @Override
    public void onSuccess(@Nullable R response) {
      ending.ended(size.applyAsInt(Objects.requireNonNull(response)), null);
    }

    @Override
    public void onFailure(Throwable failure) {
      ending.ended(0, failure);
    }
  }
}
