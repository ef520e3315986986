package dev.rondo.etcd.testing.history;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the answers of the whole history say about each key, which rules out most guesses at what
 * happened in between before they are followed up.
 */
final class Sightings {
  /** A key as it stood from its modification at least until a revision. */
  private record Seen(Entry entry, long until) {
    Seen orUntil(long revision) {
      return new Seen(entry, Math.max(until, revision));
    }
  }

  /** A key from its creation to its next deletion. */
  private record Life(String key, long created) {}

  private final Map<Life, Long> lives = new HashMap<>(); // each with when it was seen last
  private final Map<String, NavigableMap<Long, Seen>> seen = new HashMap<>(); // by modification
  private final Map<String, long[]> puts = new HashMap<>(); // revisions of known puts, in order
  private final Map<Long, Set<String>> creations = new HashMap<>();
  private final NavigableSet<String> keys = new TreeSet<>(); // all that may ever have been there

  Sightings(Baseline baseline, List<Reply> replies, Provenance provenance) {
    var known = new HashMap<String, Set<Long>>();
    keys.addAll(provenance.keys());
    for (var entry : baseline.entries()) {
      keys.add(entry.key());
      see(entry, baseline.revision());
    }
    for (var reply : replies) {
      reply.result().entries().forEach(entry -> see(entry, reply.sawUntil(entry)));
      if (reply.writes()) {
        reply.keysPut().forEach(key -> revisions(known, key).add(reply.revision()));
      }
    }
    seen.forEach(
        (key, entries) ->
            entries.keySet().stream()
                .filter(revision -> provenance.discoveredAt(revision).isPresent())
                .forEach(revision -> revisions(known, key).add(revision)));
    known.forEach(
        (key, revisions) -> puts.put(key, revisions.stream().mapToLong(Long::longValue).toArray()));
  }

  private static Set<Long> revisions(Map<String, Set<Long>> known, String key) {
    return known.computeIfAbsent(key, any -> new TreeSet<>());
  }

  private void see(Entry entry, long until) {
    lives.merge(new Life(entry.key(), entry.createRevision()), until, Math::max);
    seen.computeIfAbsent(entry.key(), any -> new TreeMap<>())
        .merge(entry.modRevision(), new Seen(entry, until), (before, now) -> before.orUntil(until));
    creations.computeIfAbsent(entry.createRevision(), any -> new HashSet<>()).add(entry.key());
  }

  /** Whether a write that no answer shows may have done this at {@code revision}. */
  boolean allow(Store.Effect effect, long revision) {
    for (var change : effect.changes().entrySet()) {
      var key = change.getKey();
      if (change.getValue().isPresent() ? !allowPut(key, revision) : !allowDelete(key, revision)) {
        return false;
      }
    }
    return effect.changes().keySet().containsAll(createdAt(revision));
  }

  /** Returns the keys that must have been created at {@code revision}. */
  Set<String> createdAt(long revision) {
    return creations.getOrDefault(revision, Set.of());
  }

  /** Returns those of a range that may ever have been there. */
  Set<String> keys(Keys range) {
    return keys.subSet(range.from(), range.to());
  }

  /** Whether a put that no answer shows may have been at {@code revision}. */
  boolean allowPut(String key, long revision) {
    var entries = seen.getOrDefault(key, Collections.emptyNavigableMap());
    var before = entries.lowerEntry(revision);
    if (before != null && before.getValue().until() >= revision) {
      return false;
    }
    var after = entries.ceilingEntry(revision);
    if (after == null || after.getValue().entry().createRevision() > revision) {
      return true;
    }
    return unexplainedPuts(before == null ? null : before.getValue(), after.getValue()) > 0;
  }

  /** Versions count puts, so two sightings tell how many puts of unknown outcome lie between. */
  private long unexplainedPuts(@Nullable Seen before, Seen after) {
    var now = after.entry();
    if (before == null || !before.entry().sharesLifeWith(now)) {
      return now.version() - knownPuts(now.key(), now.createRevision() - 1, now.modRevision());
    }
    var then = before.entry();
    return now.version()
        - then.version()
        - knownPuts(now.key(), then.modRevision(), now.modRevision());
  }

  private int knownPuts(String key, long after, long until) {
    var revisions = puts.getOrDefault(key, new long[0]);
    return countUntil(revisions, until) - countUntil(revisions, after);
  }

  private static int countUntil(long[] revisions, long until) {
    int found = Arrays.binarySearch(revisions, until);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** Whether a delete that no answer shows may have been at {@code revision}. */
  boolean allowDelete(String key, long revision) {
    var entries = seen.getOrDefault(key, Collections.emptyNavigableMap());
    var before = entries.lowerEntry(revision);
    var after = entries.ceilingEntry(revision);
    boolean stoodAcross = before != null && before.getValue().until() >= revision;
    boolean stoodSince = after != null && after.getValue().entry().createRevision() <= revision;
    return !stoodAcross && !stoodSince;
  }

  /** Whether an answer shows what {@code entry} holds, and that it stood so at {@code revision}. */
  boolean show(Entry entry, long revision) {
    var shown =
        seen.getOrDefault(entry.key(), Collections.emptyNavigableMap()).get(entry.modRevision());
    return shown != null && shown.until() >= revision;
  }

  /** Whether an answer shows {@code entry}, or a later one of the same life, after a revision. */
  boolean showLife(Entry entry, long revision) {
    return lives.getOrDefault(new Life(entry.key(), entry.createRevision()), 0L) >= revision;
  }
}
