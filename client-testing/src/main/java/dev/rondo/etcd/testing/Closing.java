package dev.rondo.etcd.testing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Closes many things, also those that come after one that cannot be closed. */
final class Closing {
  private Closing() {}

  /** Fails, after all, with the first failure; the others are suppressed. */
  static void all(List<Runnable> closings) {
    RuntimeException failure = null;
    for (var closing : closings) {
      failure = after(failure, closing);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static @Nullable RuntimeException after(
      @Nullable RuntimeException before, Runnable closing) {
    try {
      closing.run();
      return before;
    } catch (RuntimeException e) {
      if (before == null) {
        return e;
      }
      before.addSuppressed(e);
      return before;
    }
  }
}
