package dev.rondo.etcd.integration;

import dev.rondo.etcd.testing.history.Answer;
import dev.rondo.etcd.testing.history.Condition;
import dev.rondo.etcd.testing.history.Condition.Relation;
import dev.rondo.etcd.testing.history.Entry;
import dev.rondo.etcd.testing.history.Keys;
import dev.rondo.etcd.testing.history.Operation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What one client of a history asks next: anything, about few keys, so that clients meet there.
 * Every value is written once. Transactions compare with what the client saw last.
 */
final class RandomOperations {
  private static final String PREFIX = "key-";
  private static final int KEYS = 5;

  private final String client;
  private final Random random;
  private final Map<String, Entry> seen = new HashMap<>(); // by key
  private int values;

  RandomOperations(String client, Random random) {
    this.client = client;
    this.random = random;
  }

  /** A linearizable read of all keys. */
  static Operation everything() {
    return new Operation.Get(Keys.startingWith(PREFIX), false);
  }

  Operation next() {
    int kind = random.nextInt(100);
    if (kind < 30) {
      return put(key());
    }
    if (kind < 55) {
      return Operation.get(key());
    }
    if (kind < 65) {
      return everything();
    }
    if (kind < 73) {
      return new Operation.Get(Keys.startingWith(PREFIX), true);
    }
    if (kind < 80) {
      return delete();
    }
    return kind < 93 ? compareAndPut() : putTwo();
  }

  /** Remembers what an answer shows. */
  void learn(Answer answer) {
    answer.result().entries().forEach(entry -> seen.put(entry.key(), entry));
  }

  private String key() {
    return PREFIX + random.nextInt(KEYS);
  }

  private String value() {
    return client + "-" + values++;
  }

  private Operation put(String key) {
    return new Operation.Put(key, value(), random.nextBoolean());
  }

  private Operation delete() {
    int first = random.nextInt(KEYS);
    Keys keys =
        random.nextInt(4) == 0
            ? new Keys(PREFIX + first, PREFIX + (first + 2))
            : Keys.one(PREFIX + first);
    return new Operation.Delete(keys, random.nextBoolean());
  }

  private Operation compareAndPut() {
    String key = key();
    return new Operation.Txn(
        List.of(isAsSeen(key)),
        List.of(put(key), new Operation.Get(Keys.startingWith(PREFIX), false)),
        List.of(Operation.get(key)));
  }

  private Condition isAsSeen(String key) {
    Entry entry = seen.get(key);
    if (entry == null || random.nextInt(5) == 0) {
      return Condition.createRevision(key, Relation.EQUAL, 0);
    }
    return switch (random.nextInt(3)) {
      case 0 -> Condition.value(key, Relation.EQUAL, entry.value());
      case 1 -> Condition.version(key, Relation.EQUAL, entry.version());
      default -> Condition.modRevision(key, Relation.EQUAL, entry.modRevision());
    };
  }

  private Operation putTwo() {
    int first = random.nextInt(KEYS);
    int second = (first + 1 + random.nextInt(KEYS - 1)) % KEYS;
    return new Operation.Txn(
        List.of(), List.of(put(PREFIX + first), put(PREFIX + second)), List.of());
  }
}
