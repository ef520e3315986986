package dev.rondo.etcd.benchmarks.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The blocking calls of one client that knows all members, each ended after {@link #LIMIT}. Called
 * by many threads. Nobody closes it: the JVM ends with it.
 */
public interface FaultTarget {
  /** How long a call may take in all, whatever the client does within it. */
  Duration LIMIT = Duration.ofSeconds(10);

  /** Reads {@code key}, linearizably, and returns the id of the member that answered. */
  long read(String key) throws Exception;

  /** Writes {@code value}, and returns the id of the member that answered. */
  long write(String key, String value) throws Exception;

  /** Whether a write that failed so says of itself that it may have been applied. */
  default boolean isUnknown(Exception failure) {
    return false;
  }

  /** Connects a client. */
  @FunctionalInterface
  interface Opening {
    /**
     * Returns a client of these members.
     *
     * @param endpoints such as {@code http://127.0.0.1:2379}
     * @param ca the certificate to trust, if they speak TLS; each member has a certificate of its
     *     own that names its address
     */
    FaultTarget open(List<String> endpoints, Optional<Path> ca) throws Exception;
  }
}
