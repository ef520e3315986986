package dev.rondo.etcd.companion.consensus;

/**
 * What a member knows about the leader.
 *
 * @param leader its id, {@link #NONE} if no leader is known
 * @param leads whether the member itself leads and has applied all that was committed before its
 *     term; until then it refuses entries
 */
public record Leadership(long term, long leader, boolean leads) {
  /** The id of no member. */
  public static final long NONE = 0;

  /** Whether a leader is known. */
  public boolean isKnown() {
    return leader != NONE;
  }
}
