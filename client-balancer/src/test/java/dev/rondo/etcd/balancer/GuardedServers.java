package dev.rondo.etcd.balancer;

import dev.rondo.etcd.testing.ScriptedCall;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.AuthGrpc;
import dev.rondo.etcd.wire.AuthenticateRequest;
import dev.rondo.etcd.wire.AuthenticateResponse;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Scripted servers that want a token, and give out {@code token-1}, {@code token-2} and so on. */
final class GuardedServers implements AutoCloseable {
  static final String USER = "the-user";
  static final String PASSWORD = "pass-word-ä";
  static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  static final Status INVALID_TOKEN =
      Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token");
  static final Status USER_EMPTY =
      Status.INVALID_ARGUMENT.withDescription("etcdserver: user name is empty");
  static final Status AUTH_FAILED =
      Status.INVALID_ARGUMENT.withDescription(
          "etcdserver: authentication failed, invalid user ID or password");

  private final List<ScriptedServer> servers;
  private final AtomicInteger tokens = new AtomicInteger();
  private final Set<String> valid = ConcurrentHashMap.newKeySet();

  /** What was done, not what was asked for. */
  final List<String> writes = new CopyOnWriteArrayList<>();

  GuardedServers(int number) {
    servers = Stream.generate(ScriptedServer::start).limit(number).toList();
    for (ScriptedServer server : servers) {
      server.on(AuthGrpc.getAuthenticateMethod(), (request, call) -> logIn(request, call));
      server.on(
          KVGrpc.getRangeMethod(),
          (request, call) -> guard(call, () -> call.reply(RangeResponse.getDefaultInstance())));
      server.on(
          KVGrpc.getPutMethod(),
          (request, call) ->
              guard(
                  call,
                  () -> {
                    writes.add(request.getKey().toStringUtf8());
                    call.reply(PutResponse.getDefaultInstance());
                  }));
      server.on(
          LeaseGrpc.getLeaseKeepAliveMethod(),
          (request, call) ->
              guard(
                  call,
                  () ->
                      call.send(
                          LeaseKeepAliveResponse.newBuilder()
                              .setID(request.getID())
                              .setTTL(9)
                              .build())));
    }
  }

  void logIn(AuthenticateRequest request, ScriptedCall<?, AuthenticateResponse> call) {
    if (request.getName().equals(USER) && request.getPassword().equals(PASSWORD)) {
      call.reply(AuthenticateResponse.newBuilder().setToken(newToken()).build());
    } else {
      call.fail(AUTH_FAILED);
    }
  }

  private String newToken() {
    String token = "token-" + tokens.incrementAndGet();
    valid.add(token);
    return token;
  }

  private void guard(ScriptedCall<?, ?> call, Runnable action) {
    String token = token(call);
    if (token == null) {
      call.fail(USER_EMPTY);
    } else if (valid.contains(token)) {
      action.run();
    } else {
      call.fail(INVALID_TOKEN);
    }
  }

  static @Nullable String token(ScriptedCall<?, ?> call) {
    return call.headers().get(TOKEN);
  }

  /** Every token given out so far is refused from now on. */
  void expire() {
    valid.clear();
  }

  List<ScriptedServer> all() {
    return servers;
  }

  ScriptedServer get(int number) {
    return servers.get(number);
  }

  List<String> urls() {
    return servers.stream().map(ScriptedServer::endpoint).toList();
  }

  int logins() {
    return servers.stream()
        .mapToInt(server -> server.received(AuthGrpc.getAuthenticateMethod()).size())
        .sum();
  }

  @Override
  public void close() {
    servers.forEach(ScriptedServer::close);
  }
}
