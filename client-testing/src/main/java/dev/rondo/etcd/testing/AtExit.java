package dev.rondo.etcd.testing;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes what is still open when the JVM ends, so that a test run stopped half way leaves no etcd
 * behind.
 */
final class AtExit {
  private static final Logger log = LoggerFactory.getLogger(AtExit.class);
  private static final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
  private static final AtomicBoolean hooked = new AtomicBoolean();

  private AtExit() {}

  static void close(AutoCloseable resource) {
    open.add(resource);
    if (!hooked.getAndSet(true)) {
      Runtime.getRuntime().addShutdownHook(new Thread(AtExit::closeAll, "etcd-at-exit"));
    }
  }

  static void forget(AutoCloseable resource) {
    open.remove(resource);
  }

  private static void closeAll() {
    for (var resource : open) {
      try {
        resource.close();
      } catch (Exception e) {
        log.warn("cannot close {}", resource, e);
      }
    }
  }
}
