package dev.rondo.etcd.companion.watch;

import dev.rondo.etcd.wire.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** A client that takes as many responses as it is told to. */
final class FakeOutlet implements Outlet {
  final List<WatchResponse> sent = new ArrayList<>();
  final AtomicReference<RuntimeException> failure = new AtomicReference<>();
  int room = Integer.MAX_VALUE;
  int requested;
  boolean closed;

  @Override
  public boolean isReady() {
    return room > 0;
  }

  @Override
  public void send(WatchResponse response) {
    if (closed) {
      throw new IllegalStateException("call is closed");
    }
    room--;
    sent.add(response);
  }

  @Override
  public void request(int count) {
    requested += count;
  }

  @Override
  public void fail(RuntimeException cause) {
    failure.set(cause);
  }

  /** Returns what was sent since the last time. */
  List<WatchResponse> take() {
    var taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }
}
