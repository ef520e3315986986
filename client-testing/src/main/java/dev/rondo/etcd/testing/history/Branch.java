package dev.rondo.etcd.testing.history;

import java.util.HashSet;
import java.util.Set;

/**
 * One way in which things may have gone.
 *
 * @param store what it led to
 * @param spent the writes of unknown outcome that it took to have been applied, since there was
 *     only one way
 */
record Branch(Store store, Set<Recorded> spent) {
  Branch(Store store) {
    this(store, new HashSet<>());
  }

  /** Returns this branch after one more guess. */
  Branch guessing(Recorded call, Store.Effect effect) {
    var next = new Branch(store.copy(), new HashSet<>(spent));
    next.store.apply(effect);
    next.spent.add(call);
    return next;
  }
}
