package dev.rondo.etcd.testing.history;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a client can ask of the cluster in a history. */
public sealed interface Operation {
  /**
   * Writes one key.
   *
   * @param value used by no other operation of the history, so that whoever sees it knows whence
   * @param previous whether the answer shows what the key held before
   */
  record Put(String key, String value, boolean previous) implements Operation {
    @Override
    public boolean isAnsweredBy(Result result) {
      return result instanceof Result.Put;
    }

    @Override
    public Stream<Operation> parts() {
      return Stream.of(this);
    }

    @Override
    public String toString() {
      return "put " + key + "=" + value;
    }
  }

  /**
   * Reads keys.
   *
   * @param serializable whether any state of the past will do
   */
  record Get(Keys keys, boolean serializable) implements Operation {
    @Override
    public boolean isSerializable() {
      return serializable;
    }

    @Override
    public boolean isAnsweredBy(Result result) {
      return result instanceof Result.Get;
    }

    @Override
    public Stream<Operation> parts() {
      return Stream.of(this);
    }

    @Override
    public String toString() {
      return (serializable ? "serializable get " : "get ") + keys;
    }
  }

  /**
   * Deletes keys.
   *
   * @param previous whether the answer shows what was deleted
   */
  record Delete(Keys keys, boolean previous) implements Operation {
    @Override
    public boolean isAnsweredBy(Result result) {
      return result instanceof Result.Delete;
    }

    @Override
    public Stream<Operation> parts() {
      return Stream.of(this);
    }

    @Override
    public String toString() {
      return "delete " + keys;
    }
  }

  /**
   * Does one of two lists of operations at one revision.
   *
   * <p>Conditions, also those of a transaction inside, look at the store as it was before; each
   * operation looks at what those before it left.
   *
   * @param then done if all conditions hold
   * @param otherwise done if one does not
   */
  record Txn(List<Condition> conditions, List<Operation> then, List<Operation> otherwise)
      implements Operation {
    /** Copies the lists. */
    public Txn {
      conditions = List.copyOf(conditions);
      then = List.copyOf(then);
      otherwise = List.copyOf(otherwise);
    }

    List<Operation> branch(boolean succeeded) {
      return succeeded ? then : otherwise;
    }

    /** etcd looks no deeper than one level, and neither does this. */
    @Override
    public boolean isSerializable() {
      return Stream.concat(then.stream(), otherwise.stream())
          .allMatch(part -> part instanceof Get get && get.serializable());
    }

    @Override
    public boolean isAnsweredBy(Result result) {
      if (!(result instanceof Result.Txn txn)) {
        return false;
      }
      var branch = branch(txn.succeeded());
      if (branch.size() != txn.results().size()) {
        return false;
      }
      for (int i = 0; i < branch.size(); i++) {
        if (!branch.get(i).isAnsweredBy(txn.results().get(i))) {
          return false;
        }
      }
      return true;
    }

    @Override
    public Stream<Operation> parts() {
      return Stream.concat(then.stream(), otherwise.stream()).flatMap(Operation::parts);
    }

    @Override
    public String toString() {
      return "txn if "
          + inWords(conditions, " and ", "always")
          + " then "
          + inWords(then, ", ", "nothing")
          + " else "
          + inWords(otherwise, ", ", "nothing");
    }

    private static String inWords(List<?> things, String separator, String none) {
      return things.isEmpty()
          ? none
          : things.stream().map(Object::toString).collect(Collectors.joining(separator));
    }
  }

  /** Writes one key and does not ask what it held before. */
  static Operation put(String key, String value) {
    return new Put(key, value, false);
  }

  /** Reads one key, linearizably. */
  static Operation get(String key) {
    return new Get(Keys.one(key), false);
  }

  /** Deletes one key and does not ask what it held. */
  static Operation delete(String key) {
    return new Delete(Keys.one(key), false);
  }

  /** Whether this may be answered from a state of the past. */
  default boolean isSerializable() {
    return false;
  }

  /** Whether {@code result} has the form that answers this. */
  boolean isAnsweredBy(Result result);

  /** Returns the puts, gets and deletes of this, those of both branches if it is a transaction. */
  Stream<Operation> parts();
}
