package dev.rondo.etcd.benchmarks.failover;

import java.util.Map;

/**
 * When a fault was in force; times as {@link System#nanoTime} has them.
 *
 * @param begin just before the first member was hit
 * @param end when the last one served newcomers again
 * @param servingAgain since when each victim did, by its id
 */
record Course(long begin, long end, Map<Long, Long> servingAgain) {
  Course {
    servingAgain = Map.copyOf(servingAgain);
  }
}
