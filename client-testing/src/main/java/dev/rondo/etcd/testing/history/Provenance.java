package dev.rondo.etcd.testing.history;

import static java.util.stream.Collectors.toSet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who wrote what: by the values that operations write, by the revisions that the cluster confirmed,
 * and, for writes of unknown outcome, by the answers that show their values.
 */
final class Provenance {
  private record Value(String key, String value) {}

  /** That {@code witness} shows {@code entry}. */
  private record Evidence(Reply witness, Entry entry) {
    @Override
    public String toString() {
      return witness + " shows " + entry;
    }
  }

  private final long baseline;
  private final Map<Value, Recorded> byValue = new HashMap<>();
  private final Map<Long, Reply> confirmed = new HashMap<>();
  private final Map<Long, Recorded> discovered = new HashMap<>();
  private final Map<Recorded, Evidence> evidence = new HashMap<>(); // for those discovered

  Provenance(long baseline, List<Recorded> calls) {
    this.baseline = baseline;
    for (var call : calls) {
      call.operation().parts().forEach(part -> index(part, call));
    }
  }

  private void index(Operation part, Recorded call) {
    if (!(part instanceof Operation.Put put)) {
      return;
    }
    var other = byValue.putIfAbsent(new Value(put.key(), put.value()), call);
    if (other != null && !other.equals(call)) {
      throw new IllegalArgumentException(
          "each value must be of one operation, but " + part + " is of " + other + " and " + call);
    }
  }

  /** Returns all keys that the history puts. */
  Set<String> keys() {
    return byValue.keySet().stream().map(Value::key).collect(toSet());
  }

  /** Returns the operation that writes what {@code entry} holds, if it is one of the history. */
  Optional<Recorded> writerOf(Entry entry) {
    return entry.modRevision() <= baseline ? Optional.empty() : Optional.ofNullable(find(entry));
  }

  private @Nullable Recorded find(Entry entry) {
    return byValue.get(new Value(entry.key(), entry.value()));
  }

  /** Returns the acknowledged write of a revision. */
  Optional<Reply> confirmedAt(long revision) {
    return Optional.ofNullable(confirmed.get(revision));
  }

  /** Returns the write of unknown outcome of which an answer shows that it has this revision. */
  Optional<Recorded> discoveredAt(long revision) {
    return Optional.ofNullable(discovered.get(revision));
  }

  /** Whether an answer shows what {@code call}, whose outcome is unknown, wrote. */
  boolean isDiscovered(Recorded call) {
    return evidence.containsKey(call);
  }

  /** Learns from all answers, or returns what makes that impossible. */
  Optional<String> learn(List<Reply> replies) {
    for (var reply : replies) {
      var other = reply.writes() ? confirmed.putIfAbsent(reply.revision(), reply) : null;
      if (other != null) {
        return Optional.of(other + " and " + reply + " wrote at the same revision");
      }
    }
    for (var reply : replies) {
      for (var entry : new ArrayList<>(reply.result().entries().toList())) {
        var objection = learn(new Evidence(reply, entry));
        if (objection.isPresent()) {
          return objection;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> learn(Evidence seen) {
    var entry = seen.entry();
    if (entry.modRevision() <= baseline) {
      return Optional.empty(); // the replay knows what there was
    }
    if (entry.modRevision() > seen.witness().revision()) {
      return Optional.of(seen + ", which is later than its own revision");
    }
    var writer = find(entry);
    if (writer == null) {
      return Optional.of(seen + ", which nobody wrote");
    }
    if (writer.began() > seen.witness().call().ended()) {
      return Optional.of(seen + ", and ended before the write of it began: " + writer);
    }
    if (writer.outcome() instanceof Outcome.Answered answered) {
      return answered.answer().revision() == entry.modRevision()
          ? Optional.empty()
          : Optional.of(seen + ", which was written at another revision: " + writer);
    }
    return writer.isUnknown()
        ? discover(writer, seen)
        : Optional.of(seen + ", which failed without being applied: " + writer);
  }

  private Optional<String> discover(Recorded writer, Evidence seen) {
    long revision = seen.entry().modRevision();
    var rival = confirmed.get(revision);
    if (rival != null) {
      return Optional.of(
          seen + ", which is of " + writer + ", but another wrote at that revision: " + rival);
    }
    var before = evidence.putIfAbsent(writer, seen);
    if (before != null && before.entry().modRevision() != revision) {
      return Optional.of(seen + " and " + before + ", so this was applied twice: " + writer);
    }
    var other = discovered.putIfAbsent(revision, writer);
    if (other != null && !other.equals(writer)) {
      return Optional.of(
          seen + " and " + evidence.get(other) + ", which are two writes at one revision");
    }
    return Optional.empty();
  }
}
