package dev.rondo.etcd.kv;

import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.testing.ScriptedCall;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import java.util.List;
import java.util.function.BiPredicate;

/** Two servers on real sockets that serve watches of one store, and a client of both. */
final class WatchServers implements AutoCloseable {
  final ModelStore store = new ModelStore();
  final List<ScriptedServer> servers = List.of(ScriptedServer.start(), ScriptedServer.start());
  final Connection connection =
      Connection.builder().endpoints(servers.get(0).endpoint(), servers.get(1).endpoint()).build();
  final KvClient kv = KvClient.over(connection);

  /** Sees each request to create a watch, and says whether it is to be answered. */
  volatile BiPredicate<ScriptedCall<WatchRequest, WatchResponse>, WatchCreateRequest> gate =
      (call, create) -> true;

  WatchServers() {
    for (ScriptedServer server : servers) {
      server.on(WatchGrpc.getWatchMethod(), (request, call) -> received(request, call));
      server.on(KVGrpc.getRangeMethod(), (request, call) -> call.reply(answer(request)));
    }
  }

  private synchronized void received(
      WatchRequest request, ScriptedCall<WatchRequest, WatchResponse> call) {
    if (!request.hasCreateRequest() || !gate.test(call, request.getCreateRequest())) {
      return;
    }
    WatchCreateRequest create = request.getCreateRequest();
    call.send(message(create.getWatchId()).setCreated(true).build());
    long start = create.getStartRevision();
    if (start > 0) {
      store
          .from(start, false)
          .values()
          .forEach(events -> call.send(message(create.getWatchId()).addAllEvents(events).build()));
    }
  }

  private synchronized RangeResponse answer(RangeRequest request) {
    return store.answer(request);
  }

  private WatchResponse.Builder message(long id) {
    return WatchResponse.newBuilder()
        .setHeader(ResponseHeader.newBuilder().setRevision(store.revision()))
        .setWatchId(id);
  }

  /** Writes, and tells the watches that there are: the first of each stream that is open. */
  synchronized void put(String... keys) {
    store.put(keys);
    for (var call : calls()) {
      if (!call.isOver()) {
        call.send(
            message(1)
                .addAllEvents(store.from(store.revision(), false).firstEntry().getValue())
                .build());
      }
    }
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
