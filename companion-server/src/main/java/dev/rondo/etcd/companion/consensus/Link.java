package dev.rondo.etcd.companion.consensus;

/** One direction between two members. */
record Link(long from, long to) {
  Link back() {
    return new Link(to, from);
  }

  boolean touches(long member) {
    return from == member || to == member;
  }

  @Override
  public String toString() {
    return Long.toHexString(from) + " -> " + Long.toHexString(to);
  }
}
