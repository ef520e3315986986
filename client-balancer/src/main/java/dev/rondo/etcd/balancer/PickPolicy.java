package dev.rondo.etcd.balancer;

/** Which of the connected endpoints a call goes to. */
public enum PickPolicy {
  /** Each in turn: the load is spread evenly, whatever it is. */
  ROUND_ROBIN,

  /**
   * Of two drawn by chance the one with fewer calls under way, so that a slow member gets less of
   * the load than a quick one.
   */
  LEAST_BUSY,

  /**
   * Writes and linearizable reads go to the leader, which saves the way from another member to it;
   * serializable reads and streams go to each in turn.
   *
   * <p>When the connection to the leader breaks, writes and linearizable reads wait until a member
   * names another leader, or until it is known that the cluster still has this one and it is only
   * we who cannot reach it; then they go through the other members. With the other policies a write
   * that a member forwards to a leader that just died ends as unknown after etcd's own seven
   * seconds.
   *
   * <p>Who leads is asked of a member when it is connected, and of all when an answer shows a new
   * term. Endpoints that do not tell, such as proxies, are used in turn.
   */
  LEADER_FIRST
}
