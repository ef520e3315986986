package dev.rondo.etcd.companion.engine;

import com.google.protobuf.MessageLite;
import java.util.concurrent.CompletableFuture;

/** What applying a command came to. */
sealed interface Outcome {
  void into(CompletableFuture<MessageLite> result);

  record Answer(MessageLite response) implements Outcome {
    @Override
    public void into(CompletableFuture<MessageLite> result) {
      result.complete(response);
    }
  }

  record Refusal(RuntimeException why) implements Outcome {
    @Override
    public void into(CompletableFuture<MessageLite> result) {
      result.completeExceptionally(why);
    }
  }
}
