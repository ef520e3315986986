package dev.rondo.etcd.companion.consensus;

import java.util.Collections;
import java.util.Set;

/** The ids of the members that vote and of those that only learn. None is 0, none is in both. */
public record Configuration(Set<Long> voters, Set<Long> learners) {
  public Configuration {
    voters = Set.copyOf(voters);
    learners = Set.copyOf(learners);
    if (!Collections.disjoint(voters, learners)) {
      throw new IllegalArgumentException(
          "a member either votes or learns, were " + voters + " and " + learners);
    }
    if (voters.contains(Leadership.NONE) || learners.contains(Leadership.NONE)) {
      throw new IllegalArgumentException("a member's id must not be 0");
    }
  }

  /** A configuration without learners. */
  public static Configuration of(Set<Long> voters) {
    return new Configuration(voters, Set.of());
  }
}
