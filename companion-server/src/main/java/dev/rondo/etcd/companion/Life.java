package dev.rondo.etcd.companion;

import dev.rondo.etcd.companion.engine.Engine;
import dev.rondo.etcd.companion.watch.WatchHub;

/** What there is of a member from one start to its end. */
record Life(Engine engine, WatchHub watches) {}
