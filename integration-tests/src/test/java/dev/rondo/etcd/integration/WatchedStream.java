package dev.rondo.etcd.integration;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One stream of watches, and all that they saw. It is never reopened: it fails when it ends. */
final class WatchedStream {
  /** One event, without what was written. */
  record Seen(long revision, ByteString key) {}

  private final Map<Long, ByteString> watched = new HashMap<>(); // used by one thread
  private final Observer observer = new Observer();
  private final StreamObserver<WatchRequest> requests;

  private WatchedStream(WireMember member) {
    requests = member.watches().watch(observer);
  }

  static WatchedStream open(WireMember member) {
    return new WatchedStream(member);
  }

  void watch(WatchCreateRequest request) {
    long id = watched.size() + 1L;
    watched.put(id, request.getKey());
    requests.onNext(
        WatchRequest.newBuilder().setCreateRequest(request.toBuilder().setWatchId(id)).build());
  }

  /** Whether all watches that were asked for are there. */
  boolean isWatching() {
    synchronized (observer) {
      observer.check();
      return observer.created == watched.size();
    }
  }

  int size() {
    synchronized (observer) {
      observer.check();
      return observer.seen.values().stream().mapToInt(List::size).sum();
    }
  }

  /** What each watch saw, in its order, by the key that it began at. */
  Map<ByteString, List<Seen>> seen() {
    synchronized (observer) {
      observer.check();
      return observer.seen.entrySet().stream()
          .collect(
              Collectors.toMap(
                  seen -> watched.get(seen.getKey()), seen -> List.copyOf(seen.getValue())));
    }
  }

  /** What the only watch of this stream saw. */
  List<Seen> seenByOne() {
    return seen().values().stream().findAny().orElse(List.of());
  }

  private static final class Observer implements StreamObserver<WatchResponse> {
    private final Map<Long, List<Seen>> seen = new HashMap<>(); // these are guarded by this
    private int created;
    private @Nullable String end;

    @Override
    public synchronized void onNext(WatchResponse response) {
      if (response.getCanceled()) {
        end = "a watch was cancelled: " + response;
      }
      if (response.getCreated()) {
        created++;
      }
      for (var event : response.getEventsList()) {
        seen.computeIfAbsent(response.getWatchId(), any -> new ArrayList<>())
            .add(new Seen(event.getKv().getModRevision(), event.getKv().getKey()));
      }
    }

    @Override
    public synchronized void onError(Throwable cause) {
      end = "the stream ended: " + cause;
    }

    @Override
    public synchronized void onCompleted() {
      end = "the stream was completed";
    }

    private void check() {
      if (end != null) {
        throw new AssertionError(end);
      }
    }
  }
}
