package dev.rondo.etcd.companion.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.WatchCancelRequest;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchProgressRequest;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** One stream, as raw as it comes. Used by one thread. */
final class WatchClient implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 20;

  private final BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private final Observer observer;

  private WatchClient(Channel channel, boolean reading) {
    observer = new Observer(reading);
    WatchGrpc.newStub(channel).watch(observer);
  }

  /** Opens a stream that reads all it is sent. */
  static WatchClient reading(Channel channel) {
    return new WatchClient(channel, true);
  }

  /** Opens a stream that reads what {@link #read} tells it to. */
  static WatchClient hesitating(Channel channel) {
    return new WatchClient(channel, false);
  }

  void read(int count) {
    observer.call.request(count);
  }

  void send(WatchRequest request) {
    observer.call.onNext(request);
  }

  void create(UnaryOperator<WatchCreateRequest.Builder> settings) {
    var create = settings.apply(WatchCreateRequest.newBuilder());
    send(WatchRequest.newBuilder().setCreateRequest(create).build());
  }

  /** Asks for a watch and waits until it is there. */
  WatchResponse created(UnaryOperator<WatchCreateRequest.Builder> settings) {
    create(settings);
    var created = next();
    assertThat(created.getCreated()).as("%s", created).isTrue();
    assertThat(created.getCanceled()).as("%s", created).isFalse();
    return created;
  }

  void cancel(long id) {
    var cancel = WatchCancelRequest.newBuilder().setWatchId(id);
    send(WatchRequest.newBuilder().setCancelRequest(cancel).build());
  }

  void askForProgress() {
    var progress = WatchProgressRequest.getDefaultInstance();
    send(WatchRequest.newBuilder().setProgressRequest(progress).build());
  }

  void halfClose() {
    observer.call.onCompleted();
  }

  /** Waits for the next response. */
  WatchResponse next() {
    return poll()
        .orElseThrow(() -> new AssertionError("no response; ended: " + ended.getNow(null)));
  }

  private Optional<WatchResponse> poll() {
    try {
      return Optional.ofNullable(responses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Waits for so many events, whatever the responses that they come in. */
  List<Event> events(int count) {
    var events = new ArrayList<Event>();
    while (events.size() < count) {
      events.addAll(next().getEventsList());
    }
    assertThat(events).hasSize(count);
    return events;
  }

  /** Fails unless all that was sent before is read already; needs a stream that reads. */
  void expectNothingMore() {
    create(create -> create.setKey(Watched.utf8("b")).setRangeEnd(Watched.utf8("a")));
    var next = next();
    assertThat(next.getCancelReason()).as("%s", next).isEqualTo("mvcc: watcher range is empty");
  }

  int unread() {
    return responses.size();
  }

  Status ended() {
    return ended.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    observer.call.cancel("closed", null);
  }

  private final class Observer implements ClientResponseObserver<WatchRequest, WatchResponse> {
    private final boolean reading;
    private ClientCallStreamObserver<WatchRequest> call;

    Observer(boolean reading) {
      this.reading = reading;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> call) {
      this.call = call;
      if (!reading) {
        call.disableAutoRequestWithInitial(0);
      }
    }

    @Override
    public void onNext(WatchResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable cause) {
      ended.complete(Status.fromThrowable(cause));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }
  }
}
