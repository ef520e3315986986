package dev.rondo.etcd.testing.history;

import static dev.rondo.etcd.testing.history.Condition.Relation.EQUAL;
import static dev.rondo.etcd.testing.history.Condition.Relation.GREATER;
import static dev.rondo.etcd.testing.history.Condition.Relation.LESS;
import static dev.rondo.etcd.testing.history.Condition.Relation.NOT_EQUAL;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** What one client asks, at random, with what it learned from the answers. */
final class Workload {
  private final Random random;
  private final int keys;
  private final AtomicInteger values; // shared by all clients
  private final Map<String, Entry> seen = new HashMap<>();

  Workload(Random random, int keys, AtomicInteger values) {
    this.random = random;
    this.keys = keys;
    this.values = values;
  }

  void learn(Answer answer) {
    answer.result().entries().forEach(entry -> seen.put(entry.key(), entry));
  }

  Operation next() {
    int roll = random.nextInt(100);
    if (roll < 30) {
      return put(random.nextInt(keys));
    }
    if (roll < 55) {
      return new Operation.Get(someKeys(), false);
    }
    if (roll < 65) {
      return new Operation.Get(someKeys(), true);
    }
    if (roll < 75) {
      return new Operation.Delete(someKeys(), random.nextBoolean());
    }
    return txn(true);
  }

  static Operation.Get everything() {
    return new Operation.Get(Keys.startingWith("k"), false);
  }

  private Operation.Put put(int key) {
    return new Operation.Put(key(key), "v" + values.incrementAndGet(), random.nextBoolean());
  }

  private Keys someKeys() {
    int first = random.nextInt(keys);
    if (random.nextInt(3) > 0) {
      return Keys.one(key(first));
    }
    return new Keys(key(first), key(first + 1 + random.nextInt(3)));
  }

  private Operation txn(boolean outer) {
    int first = random.nextInt(keys);
    int second = (first + 1 + random.nextInt(keys - 2)) % keys;
    var get = new Operation.Get(Keys.one(key(first)), false);
    return switch (random.nextInt(outer ? 6 : 5)) {
      case 0 -> new Operation.Txn(List.of(), List.of(put(first), put(second)), List.of());
      case 1 ->
          new Operation.Txn(List.of(condition(first)), List.of(get, put(first), get), List.of(get));
      case 2 ->
          new Operation.Txn(
              List.of(condition(first), condition(second)),
              List.of(put(first), put(second)),
              List.of(put(second)));
      case 3 ->
          new Operation.Txn(
              List.of(condition(first)),
              List.of(new Operation.Delete(Keys.one(key(first)), true), put(second)),
              List.of());
      case 4 -> new Operation.Txn(List.of(condition(first)), List.of(get), List.of());
      default ->
          new Operation.Txn(
              List.of(condition(first)), List.of(get, txn(false)), List.of(txn(false)));
    };
  }

  private Condition condition(int number) {
    var key = key(number);
    var entry = seen.get(key);
    if (entry == null) {
      return Condition.version(key, EQUAL, 0);
    }
    return switch (random.nextInt(6)) {
      case 0 -> Condition.version(key, random.nextBoolean() ? GREATER : LESS, entry.version());
      case 1 -> Condition.value(key, EQUAL, entry.value());
      case 2 -> Condition.value(key, NOT_EQUAL, "v" + random.nextInt(values.get() + 1));
      case 3 -> Condition.createRevision(key, EQUAL, entry.createRevision());
      default -> Condition.modRevision(key, EQUAL, entry.modRevision());
    };
  }

  private static String key(int number) {
    return String.format(Locale.ROOT, "k%04d", number);
  }
}
