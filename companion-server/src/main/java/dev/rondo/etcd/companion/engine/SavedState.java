package dev.rondo.etcd.companion.engine;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.consensus.StateMachine;
import dev.rondo.etcd.companion.lease.Lessor;
import dev.rondo.etcd.companion.membership.Members;
import dev.rondo.etcd.companion.storage.Interval;
import dev.rondo.etcd.companion.storage.Store;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * All that applying depends on, in one stream: members, leases, keys. For the applying thread, but
 * for the writing of what was prepared.
 */
final class SavedState {
  private static final int MAGIC = 0x526f6e31;
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
  private static final Interval EVERYTHING = new Interval(ZERO, ZERO);

  private final Members members;
  private final Lessor leases;
  private final Store store;

  SavedState(Members members, Lessor leases, Store store) {
    this.members = members;
    this.leases = leases;
    this.store = store;
  }

  StateMachine.Saver prepare() {
    return new Prepared(members.save(), leases.save(), store.save());
  }

  void load(InputStream from) throws IOException {
    var in = new DataInputStream(new BufferedInputStream(from));
    if (in.readInt() != MAGIC) {
      throw new IOException("not a saved state");
    }
    members.load(in);
    leases.load(in);
    store.load(in);
    attachKeys();
  }

  /** Which keys hang on leases is not saved: the keys tell. */
  private void attachKeys() {
    for (var keyValue : store.range(EVERYTHING, 0, 0).keyValues()) {
      if (keyValue.getLease() != Writes.NO_LEASE) {
        leases.attach(keyValue.getLease(), keyValue.getKey());
      }
    }
  }

  private record Prepared(Store.Saver members, Store.Saver leases, Store.Saver store)
      implements StateMachine.Saver {
    @Override
    public void write(OutputStream out) throws IOException {
      var head = new DataOutputStream(out);
      head.writeInt(MAGIC);
      head.flush();
      members.writeTo(out);
      leases.writeTo(out);
      store.writeTo(out);
    }

    @Override
    public void close() {
      members.close();
      leases.close();
      store.close();
    }
  }
}
