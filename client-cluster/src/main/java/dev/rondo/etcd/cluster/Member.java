package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.MemberId;
import java.net.URI;
import java.util.List;

/**
 * One member of the cluster, as the others know it.
 *
 * @param id which one
 * @param name what its operator called it; empty until it has started
 * @param peerUrls where the other members reach it
 * @param clientUrls where clients reach it, by its own account and in the form that connections
 *     take; empty until it has started
 * @param isLearner whether it follows without a vote
 */
public record Member(
    MemberId id, String name, List<URI> peerUrls, List<String> clientUrls, boolean isLearner) {
  /** Copies the lists. */
  public Member {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }

  /** Whether it has started since it was added, and so has told its name. */
  public boolean isStarted() {
    return !name.isEmpty();
  }
}
