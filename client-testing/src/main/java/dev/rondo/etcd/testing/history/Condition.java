package dev.rondo.etcd.testing.history;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a transaction asks about one key before it chooses its branch. */
public sealed interface Condition {
  /** The numbers of a key that can be asked about; all are 0 while there is no such key. */
  enum Field {
    /** How often the key was written since its creation. */
    VERSION,
    /** The revision at which the key was created last. */
    CREATE_REVISION,
    /** The revision at which the key was changed last. */
    MOD_REVISION;

    private long of(@Nullable Entry entry) {
      if (entry == null) {
        return 0;
      }
      return switch (this) {
        case VERSION -> entry.version();
        case CREATE_REVISION -> entry.createRevision();
        case MOD_REVISION -> entry.modRevision();
      };
    }
  }

  /** How what is stored must relate to what is given. */
  enum Relation {
    /** The same. */
    EQUAL,
    /** Not the same. */
    NOT_EQUAL,
    /** Above what is given. */
    GREATER,
    /** Below what is given. */
    LESS;

    private boolean holds(int comparison) {
      return switch (this) {
        case EQUAL -> comparison == 0;
        case NOT_EQUAL -> comparison != 0;
        case GREATER -> comparison > 0;
        case LESS -> comparison < 0;
      };
    }

    private String words() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** Asks about a number of {@code key}. */
  record OfNumber(String key, Field field, Relation relation, long number) implements Condition {
    @Override
    public boolean holds(@Nullable Entry entry) {
      return relation.holds(Long.compare(field.of(entry), number));
    }

    @Override
    public String toString() {
      var name = field.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      return name + " of " + key + " " + relation.words() + " " + number;
    }
  }

  /** Asks about the value of {@code key}; fails while there is no such key, whatever it asks. */
  record OfValue(String key, Relation relation, String value) implements Condition {
    @Override
    public boolean holds(@Nullable Entry entry) {
      return entry != null && relation.holds(entry.value().compareTo(value));
    }

    @Override
    public String toString() {
      return "value of " + key + " " + relation.words() + " " + value;
    }
  }

  /** Asks how often {@code key} was written since its creation. */
  static Condition version(String key, Relation relation, long version) {
    return new OfNumber(key, Field.VERSION, relation, version);
  }

  /** Asks for the revision at which {@code key} was created last. */
  static Condition createRevision(String key, Relation relation, long revision) {
    return new OfNumber(key, Field.CREATE_REVISION, relation, revision);
  }

  /** Asks for the revision at which {@code key} was changed last. */
  static Condition modRevision(String key, Relation relation, long revision) {
    return new OfNumber(key, Field.MOD_REVISION, relation, revision);
  }

  /** Asks for the value of {@code key}. */
  static Condition value(String key, Relation relation, String value) {
    return new OfValue(key, relation, value);
  }

  /** Returns the key that this asks about. */
  String key();

  /** Whether the key, or its absence, fulfils this. */
  boolean holds(@Nullable Entry entry);
}
