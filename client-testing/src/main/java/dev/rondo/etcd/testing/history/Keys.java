package dev.rondo.etcd.testing.history;

/**
 * The keys from one, included, to another, left out. Keys are ordered as strings, which is etcd's
 * order as long as they are ASCII.
 */
public record Keys(String from, String to) {
  /** Refuses a range that cannot hold a key. */
  public Keys {
    if (from.isEmpty() || from.compareTo(to) >= 0) {
      throw new IllegalArgumentException(
          "from must be a key below to, was '" + from + "' with to '" + to + "'");
    }
  }

  /** Returns the range of one key. */
  public static Keys one(String key) {
    return new Keys(key, key + '\0');
  }

  /** Returns the range of all keys that start with {@code prefix}. */
  public static Keys startingWith(String prefix) {
    int last = prefix.length() - 1;
    return new Keys(prefix, prefix.substring(0, last) + (char) (prefix.charAt(last) + 1));
  }

  @Override
  public String toString() {
    return to.equals(from + '\0') ? from : "[" + from + ", " + to + ")";
  }
}
