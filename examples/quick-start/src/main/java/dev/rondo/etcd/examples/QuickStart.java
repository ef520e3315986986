package dev.rondo.etcd.examples;

import static dev.rondo.etcd.kv.Compare.version;
import static dev.rondo.etcd.kv.Op.get;
import static dev.rondo.etcd.kv.Op.put;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.kv.RangeResult;
import dev.rondo.etcd.kv.TxnResult;
import dev.rondo.etcd.lease.KeptLease;
import java.time.Duration;

/**
 * Connects, writes, reads, decides in a transaction, keeps a lease and lists the members.
 *
 * <p>Give it the endpoints of a cluster: {@code QuickStart http://127.0.0.1:2379}.
 */
public final class QuickStart {
  private QuickStart() {}

  /** Runs against the endpoints in {@code arguments}, or a member on this machine. */
  public static void main(String[] arguments) {
    String[] endpoints = arguments.length > 0 ? arguments : new String[] {"http://127.0.0.1:2379"};
    try (Etcd etcd = Etcd.builder().endpoints(endpoints).build()) {
      etcd.kv().put("orders/17", "paid");
      String state = etcd.kv().get("orders/17").orElseThrow().value().utf8();
      System.out.println("order 17 is " + state);

      TxnResult shipped =
          etcd.kv()
              .txn()
              .when(version("orders/17").isGreaterThan(0))
              .then(put("orders/17", "shipped"))
              .orElse(get("orders/17"))
              .commit();
      System.out.println("shipped: " + shipped.succeeded());

      try (KeptLease lease = etcd.leases().keep(Duration.ofSeconds(10))) {
        etcd.kv().put("workers/a", "here", options -> options.lease(lease.id()));
        RangeResult workers =
            etcd.kv().get(KeyRange.prefix("workers/"), get -> get.limit(100).keysOnly());
        System.out.println("workers: " + workers.count());
      } // gives the lease back, and the key goes with it

      etcd.cluster()
          .list()
          .members()
          .forEach(
              member -> System.out.println("member " + member.name() + " " + member.clientUrls()));
    }
  }
}
