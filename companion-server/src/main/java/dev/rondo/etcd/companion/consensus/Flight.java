package dev.rondo.etcd.companion.consensus;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way. Whether the request arrives or is lost is decided once, by {@link #where},
 * so that a caller who is told that it was not delivered can rely on it.
 */
final class Flight<C, R> {
  private enum Where {
    OUTBOUND,
    DELIVERED,
    LOST
  }

  private final Network<C> network;
  private final Link link;
  private final Link back;
  private final Function<? super C, CompletableFuture<R>> request;
  private final AtomicReference<Where> where = new AtomicReference<>(Where.OUTBOUND);
  private final CompletableFuture<R> result = new CompletableFuture<>();

  Flight(Network<C> network, Link link, Function<? super C, CompletableFuture<R>> request) {
    this.network = network;
    this.link = link;
    this.back = link.back();
    this.request = request;
  }

  CompletableFuture<R> result() {
    return result;
  }

  void depart() {
    if (network.isPassable(link)) {
      network.send(link, this::arrive);
    } else {
      lose();
    }
  }

  void linkCut(Link gone) {
    boolean onIt = where.get() == Where.DELIVERED ? gone.equals(back) : gone.equals(link);
    if (onIt) {
      lose();
    }
  }

  void memberGone(long member) {
    if (link.touches(member)) {
      lose();
    }
  }

  void lose() {
    if (where.compareAndSet(Where.OUTBOUND, Where.LOST)) {
      land(null, new NotDeliveredException("nothing passes " + link));
    } else {
      land(null, new AnswerLostException("the answer on " + back + " was lost"));
    }
  }

  private void arrive() {
    var callee = network.callee(link.to());
    if (callee == null || !where.compareAndSet(Where.OUTBOUND, Where.DELIVERED)) {
      return; // lost, or about to be: detaching a member loses all that is under way to it
    }
    CompletableFuture<R> answer;
    try {
      answer = request.apply(callee);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    var unused = answer.whenComplete(this::reply);
    if (!network.isPassable(back)) {
      lose();
    }
  }

  private void reply(@Nullable R value, @Nullable Throwable failure) {
    if (network.isDelayed(back)) {
      network.send(back, () -> returned(value, failure));
    } else {
      returned(value, failure);
    }
  }

  private void returned(@Nullable R value, @Nullable Throwable failure) {
    if (network.isPassable(back)) {
      land(value, failure);
    } else {
      lose();
    }
  }

  /** The first landing counts: an answer that comes after its loss was noticed is lost. */
  private void land(@Nullable R value, @Nullable Throwable failure) {
    network.landed(this);
    if (failure == null) {
      result.complete(value);
    } else {
      result.completeExceptionally(
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure);
    }
  }
}
