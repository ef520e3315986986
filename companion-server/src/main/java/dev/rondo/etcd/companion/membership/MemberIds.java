package dev.rondo.etcd.companion.membership;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** How etcd derives the ids of members and of clusters. */
public final class MemberIds {
  private MemberIds() {}

  /**
   * The id of a member that the cluster starts with.
   *
   * @param peerUrls in any order
   * @param clusterToken what {@code --initial-cluster-token} says, {@code etcd-cluster} by default
   */
  public static long initial(Collection<String> peerUrls, String clusterToken) {
    return hash(sortedAndJoined(peerUrls) + clusterToken);
  }

  /**
   * The id of a member that is added to a running cluster. The same URLs give the same id again
   * within the second.
   *
   * @param now by the proposer's clock: whoever applies the change must find the id drawn
   */
  public static long added(Collection<String> peerUrls, Instant now) {
    return hash(sortedAndJoined(peerUrls) + now.getEpochSecond());
  }

  /** The id of a cluster, which comes from the ids of the members that it starts with. */
  public static long cluster(Collection<Long> initialMembers) {
    List<Long> sorted = initialMembers.stream().sorted(Long::compareUnsigned).toList();
    var bytes = ByteBuffer.allocate(Long.BYTES * sorted.size());
    sorted.forEach(bytes::putLong);
    return hash(bytes.array());
  }

  private static String sortedAndJoined(Collection<String> peerUrls) {
    return String.join("", peerUrls.stream().sorted().toList());
  }

  private static long hash(String text) {
    return hash(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The first eight bytes of the SHA-1. */
  private static long hash(byte[] bytes) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(bytes)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-1", e);
    }
  }
}
