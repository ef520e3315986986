package dev.rondo.etcd.benchmarks.watches;

/** What the server does for a watch is in the prefix of its key. */
public final class Keys {
  private Keys() {}

  /** Nothing. */
  public static final String IDLE = "idle/";

  /** Sends as much as the client takes, in batches of {@link #BATCH}. */
  public static final String FLOOD = "flood/";

  /** Sends events one by one to all such watches in turn, {@link #EVENTS_PER_SECOND} in all. */
  public static final String PACED = "paced/";

  /** How many events the flood has in a message. */
  public static final int BATCH = 100;

  /** How fast the others come. */
  public static final int EVENTS_PER_SECOND = 1_000;

  /** The size of each value in bytes. */
  public static final int VALUE_SIZE = 64;
}
