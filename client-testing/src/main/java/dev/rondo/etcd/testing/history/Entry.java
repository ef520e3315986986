package dev.rondo.etcd.testing.history;

/**
 * A key as it stood at some revision.
 *
 * @param createRevision the revision at which it was created last
 * @param modRevision the revision at which it was changed last
 * @param version how often it was written since its creation, counted from 1
 */
public record Entry(String key, String value, long createRevision, long modRevision, long version) {

  /** Whether this can be the same key, not deleted in between, as {@code later}. */
  boolean sharesLifeWith(Entry later) {
    return createRevision == later.createRevision;
  }

  @Override
  public String toString() {
    return key
        + "="
        + value
        + " (created at "
        + createRevision
        + ", modified at "
        + modRevision
        + ", version "
        + version
        + ")";
  }
}
