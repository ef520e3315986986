package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static dev.rondo.etcd.balancer.GuardedServers.PASSWORD;
import static dev.rondo.etcd.balancer.GuardedServers.USER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.AuthGrpc;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a connection with a user shows of it: nothing. The log goes to standard error, in full. */
@Timeout(30)
class SecrecyTest {
  private static final String WARNING = "is sent without TLS";

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final GuardedServers servers = new GuardedServers(2);

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(log, true, UTF_8));
  }

  @AfterEach
  void close() {
    System.setErr(before);
    servers.close();
  }

  private String logged() {
    return log.toString(UTF_8);
  }

  private static String text(Object object) {
    return object.toString();
  }

  private static void get(Connection connection, List<String> shown) {
    try {
      Blocking.await(
          Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), answer -> answer));
    } catch (EtcdException e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      shown.add(trace.toString());
    }
  }

  @Test
  void noLogLineEventExceptionOrTextShowsAUserAPasswordOrAToken() {
    List<String> shown = new CopyOnWriteArrayList<>();
    ConnectionBuilder builder =
        Connection.builder()
            .endpoints(servers.urls())
            .user(USER, PASSWORD)
            .listener(event -> shown.add(event.toString()));
    shown.add(text(builder));
    try (Connection connection = builder.build()) {
      get(connection, shown);
      servers.expire();
      get(connection, shown);
      for (ScriptedServer server : servers.all()) {
        server.on(
            KVGrpc.getRangeMethod(), (request, call) -> call.fail(GuardedServers.INVALID_TOKEN));
      }
      get(connection, shown);
      for (ScriptedServer server : servers.all()) {
        server.on(
            AuthGrpc.getAuthenticateMethod(),
            (request, call) -> call.fail(GuardedServers.AUTH_FAILED));
      }
      get(connection, shown);
      shown.add(text(connection));
      shown.add(text(new Token("token-0")));
      await().until(() -> logged().contains("the login failed"));
    }
    ConnectionBuilder fixed = Connection.builder().endpoints(servers.urls()).token("token-x");
    shown.add(text(fixed));
    try (Connection connection = fixed.build()) {
      get(connection, shown);
      shown.add(text(connection));
    }

    assertThat(shown)
        .anyMatch(text -> text.contains("INVALID_AUTH_TOKEN"))
        .anyMatch(text -> text.contains("invalid auth token"))
        .anyMatch(text -> text.contains("authentication failed"));
    List<String> all = new ArrayList<>(shown);
    all.add(logged());
    assertThat(all)
        .allSatisfy(text -> assertThat(text).doesNotContain(USER, PASSWORD, "pass-word", "token-"));
  }

  @Test
  void aConnectionWithoutTlsWarnsOnce() {
    try (Connection connection =
        Connection.builder().endpoints(servers.urls()).user(USER, PASSWORD).build()) {
      get(connection, new ArrayList<>());
      servers.expire();
      get(connection, new ArrayList<>());
    }

    assertThat(logged().split(WARNING, -1)).hasSize(2);
    assertThat(logged()).contains("WARN dev.rondo.etcd.balancer.Connection - the password is sent");
  }

  @Test
  void aConnectionWithTlsOverASocketFileOrWithoutAUserDoesNotWarn() {
    Connection.builder().endpoints("https://127.0.0.1:1").user(USER, PASSWORD).build().close();
    Connection.builder().endpoints("unix:///nowhere/etcd").user(USER, PASSWORD).build().close();
    Connection.builder().endpoints(servers.urls()).build().close();

    assertThat(logged()).doesNotContain(WARNING);
  }
}
