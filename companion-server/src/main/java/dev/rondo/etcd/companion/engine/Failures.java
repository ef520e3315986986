package dev.rondo.etcd.companion.engine;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Failures of futures. */
final class Failures {
  private Failures() {}

  /** What made a future fail, without the wrapping that dependent futures add. */
  static @Nullable Throwable cause(@Nullable Throwable failure) {
    var cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
