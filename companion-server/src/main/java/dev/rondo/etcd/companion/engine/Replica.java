package dev.rondo.etcd.companion.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.rondo.etcd.companion.consensus.Leadership;
import dev.rondo.etcd.companion.consensus.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** This member's copy of the state, as consensus sees it. */
final class Replica implements StateMachine {
  private final Applier applier;
  private final Awaited awaited;
  private final AppliedIndex applied;
  private final Headers headers;
  private final Leaders leaders;
  private final SavedState saved;

  /** What the others' questions are for; they come as soon as the member can be reached. */
  private volatile BiFunction<Long, ByteString, CompletableFuture<ByteString>> desk =
      (from, message) ->
          CompletableFuture.failedFuture(new IllegalStateException("this member is starting"));

  Replica(
      Applier applier,
      Awaited awaited,
      AppliedIndex applied,
      Headers headers,
      Leaders leaders,
      SavedState saved) {
    this.applier = applier;
    this.awaited = awaited;
    this.applied = applied;
    this.headers = headers;
    this.leaders = leaders;
    this.saved = saved;
  }

  void answerBy(BiFunction<Long, ByteString, CompletableFuture<ByteString>> desk) {
    this.desk = desk;
  }

  @Override
  public void apply(long index, long term, ByteString entry) {
    headers.term(term);
    if (entry.isEmpty()) {
      applied.set(index);
      return;
    }
    var batch = parse(entry);
    var outcomes = batch.getCommandsList().stream().map(applier::apply).toList();
    applied.set(index);
    if (awaited.isOwn(batch)) {
      for (int i = 0; i < outcomes.size(); i++) {
        awaited.complete(batch.getCommands(i).getRequestId(), outcomes.get(i));
      }
    }
  }

  private static CommandBatch parse(ByteString entry) {
    try {
      return CommandBatch.parseFrom(entry);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an entry of the log cannot be read", e);
    }
  }

  @Override
  public Saver prepare() {
    return saved.prepare();
  }

  @Override
  public void load(long index, long term, InputStream from) throws IOException {
    saved.load(from);
    headers.term(term);
    applied.set(index);
  }

  @Override
  public void leadershipChanged(Leadership now) {
    headers.term(now.term());
    leaders.change(now);
  }

  @Override
  public CompletableFuture<ByteString> answer(long from, ByteString message) {
    return desk.apply(from, message);
  }
}
