package dev.rondo.etcd.balancer.channel;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/**
 * The context that gRPC keeps for as long as its channel lives, over the one that handshakes use
 * now.
 *
 * <p>Another one in its place comes with an empty store of sessions. Managers of keys and trust
 * that change under one context would not do: a session that is resumed keeps the identity that it
 * began with, and is not verified again.
 */
final class RenewableSslContext extends SslContext {
  private volatile SslContext current;

  RenewableSslContext(SslContext first) {
    current = first;
  }

  /** Handshakes that begin from now on use {@code next}; those under way are not disturbed. */
  void renew(SslContext next) {
    current = next;
  }

  @Override
  public boolean isClient() {
    return current.isClient();
  }

  @Override
  public List<String> cipherSuites() {
    return current.cipherSuites();
  }

  @Override
  @SuppressWarnings("deprecation") // Netty offers nothing else
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return current.applicationProtocolNegotiator();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return current.newEngine(allocator);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
    return current.newEngine(allocator, host, port);
  }

  @Override
  public SSLSessionContext sessionContext() {
    return current.sessionContext();
  }
}
