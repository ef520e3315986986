package dev.rondo.etcd.balancer.grpc;

import io.grpc.ClientInterceptor;
import io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Interceptors, and a last word on the channel before it is built. Interceptors see every attempt,
 * retries included, and cannot take the place of the retry rules.
 *
 * <p>Retry, name resolution, load balancing, credentials and authority belong to Rondo: changing
 * them here breaks the connection.
 */
public final class GrpcTuning {
  private final List<ClientInterceptor> interceptors;
  private final Consumer<NettyChannelBuilder> channel;

  private GrpcTuning(Builder builder) {
    this.interceptors = List.copyOf(builder.interceptors);
    this.channel = builder.channel;
  }

  /** Returns a builder that changes nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The interceptors in the order in which they were added: the last one is called first, as in
   * gRPC.
   */
  public List<ClientInterceptor> interceptors() {
    return interceptors;
  }

  /** What is called with the channel's builder once Rondo is done with it. */
  public Consumer<NettyChannelBuilder> channel() {
    return channel;
  }

  /** Collects settings. Not safe for use by many threads. */
  public static final class Builder {
    private final List<ClientInterceptor> interceptors = new ArrayList<>();
    private Consumer<NettyChannelBuilder> channel = builder -> {};

    private Builder() {}

    /** Adds an interceptor. */
    public Builder interceptor(ClientInterceptor interceptor) {
      interceptors.add(interceptor);
      return this;
    }

    /** Calls {@code tuning} with the channel's builder once Rondo is done with it. */
    public Builder channel(Consumer<NettyChannelBuilder> tuning) {
      channel = channel.andThen(tuning);
      return this;
    }

    /** Returns the settings. */
    public GrpcTuning build() {
      return new GrpcTuning(this);
    }
  }
}
