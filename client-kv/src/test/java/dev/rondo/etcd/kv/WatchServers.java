package dev.rondo.etcd.kv;

import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.ConnectionBuilder;
import dev.rondo.etcd.testing.ScriptedCall;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * Two servers on real sockets that serve watches of one store, and a client of both. All watched
 * ranges are the whole store.
 */
final class WatchServers implements AutoCloseable {
  /** A watch on a stream, open or not. */
  static final class Watching {
    final ScriptedServer server;
    private final ScriptedCall<WatchRequest, WatchResponse> call;
    final WatchCreateRequest request;
    private long next; // guarded by the servers

    private Watching(
        ScriptedServer server,
        ScriptedCall<WatchRequest, WatchResponse> call,
        WatchCreateRequest request,
        long next) {
      this.server = server;
      this.call = call;
      this.request = request;
      this.next = next;
    }

    private boolean isWanted(Event event) {
      return event.getType() == Event.EventType.DELETE
          || !request.getFiltersList().contains(WatchCreateRequest.FilterType.NOPUT);
    }
  }

  /** Sees a message before it leaves. */
  interface Gate {
    void beforeSending(Watching watching, WatchResponse message);
  }

  final ModelStore store = new ModelStore();
  final List<ScriptedServer> servers = List.of(ScriptedServer.start(), ScriptedServer.start());
  final Connection connection;
  final KvClient kv;

  /** Sees each request to create a watch, and says whether it is to be answered. */
  volatile BiPredicate<ScriptedCall<WatchRequest, WatchResponse>, WatchCreateRequest> gate =
      (call, create) -> true;

  volatile Gate beforeSending = (watching, message) -> {};
  volatile boolean isFragmenting; // each event is a message then

  private final List<Watching> watches = new ArrayList<>(); // guarded by this

  WatchServers() {
    this(settings -> {});
  }

  WatchServers(Consumer<ConnectionBuilder> settings) {
    ConnectionBuilder builder =
        Connection.builder().endpoints(servers.get(0).endpoint(), servers.get(1).endpoint());
    settings.accept(builder);
    connection = builder.build();
    kv = KvClient.over(connection);
    for (ScriptedServer server : servers) {
      server.on(WatchGrpc.getWatchMethod(), (request, call) -> received(server, request, call));
      server.on(KVGrpc.getRangeMethod(), (request, call) -> call.reply(answer(request)));
    }
  }

  private synchronized void received(
      ScriptedServer server, WatchRequest request, ScriptedCall<WatchRequest, WatchResponse> call) {
    if (!request.hasCreateRequest() || !gate.test(call, request.getCreateRequest())) {
      return;
    }
    WatchCreateRequest create = request.getCreateRequest();
    long start = create.getStartRevision();
    var watching = new Watching(server, call, create, start == 0 ? store.revision() + 1 : start);
    send(watching, message(watching).setCreated(true).build());
    watches.add(watching);
    pump(watching);
  }

  private synchronized RangeResponse answer(RangeRequest request) {
    return store.answer(request);
  }

  private WatchResponse.Builder message(Watching watching) {
    return WatchResponse.newBuilder()
        .setHeader(ResponseHeader.newBuilder().setRevision(store.revision()))
        .setWatchId(watching.request.getWatchId());
  }

  private void send(Watching watching, WatchResponse message) {
    beforeSending.beforeSending(watching, message);
    watching.call.send(message);
  }

  /** Sends revision by revision, with those that are made meanwhile. */
  private void pump(Watching watching) {
    while (watching.next <= store.revision() && !watching.call.isOver()) {
      List<Event> events =
          store.from(watching.next++, false).firstEntry().getValue().stream()
              .filter(watching::isWanted)
              .toList();
      int size = isFragmenting ? 1 : Math.max(1, events.size());
      for (int i = 0; i < events.size(); i += size) {
        int end = Math.min(i + size, events.size());
        send(
            watching,
            message(watching)
                .addAllEvents(events.subList(i, end))
                .setFragment(end < events.size())
                .build());
      }
    }
  }

  /** Writes, and tells the watches that there are. */
  synchronized void put(String... keys) {
    store.put(keys);
    open(watches).forEach(this::pump);
  }

  /** Deletes, and tells the watches that there are. */
  synchronized void delete(String... keys) {
    store.delete(keys);
    open(watches).forEach(this::pump);
  }

  /** Tells each watch of progress, as etcd does by itself. */
  synchronized void progress() {
    for (Watching watching : open(watches)) {
      send(watching, message(watching).build());
    }
  }

  private static List<Watching> open(List<Watching> all) {
    return all.stream().filter(watching -> !watching.call.isOver()).toList();
  }

  /** All streams that there ever were. */
  List<ScriptedCall<WatchRequest, WatchResponse>> calls() {
    return servers.stream()
        .flatMap(server -> server.calls(WatchGrpc.getWatchMethod()).stream())
        .toList();
  }

  long open() {
    return calls().stream().filter(call -> !call.isOver()).count();
  }

  /** The server that has the only open stream. */
  ScriptedServer busy() {
    return servers.stream()
        .filter(
            server ->
                server.calls(WatchGrpc.getWatchMethod()).stream().anyMatch(call -> !call.isOver()))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    connection.close();
    servers.forEach(ScriptedServer::close);
  }
}
