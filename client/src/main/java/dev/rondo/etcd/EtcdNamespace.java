package dev.rondo.etcd;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.lease.LeaseClient;

/**
 * The clients of an {@link Etcd} that deal with keys, for the keys under one prefix alone. Safe for
 * use by many threads.
 *
 * <pre>{@code
 * EtcdNamespace tenant = etcd.namespace("tenant-7/");
 * tenant.kv().put("orders/17", "paid"); // tenant-7/orders/17
 * }</pre>
 *
 * <p>It owns nothing, and works until the {@code Etcd} is closed. Leases themselves, and
 * compaction, are of the whole cluster: see {@link LeaseClient#namespace(Bytes)} and {@link
 * KvClient#namespace(Bytes)}.
 */
public final class EtcdNamespace {
  private final KvClient kv;
  private final LeaseClient leases;

  EtcdNamespace(KvClient kv, LeaseClient leases) {
    this.kv = kv;
    this.leases = leases;
  }

  /** Reads and writes keys. */
  public KvClient kv() {
    return kv;
  }

  /** Grants leases and keeps them. */
  public LeaseClient leases() {
    return leases;
  }

  /** Returns the part of this namespace under {@code prefix}, in UTF-8. */
  public EtcdNamespace namespace(String prefix) {
    return namespace(Bytes.utf8(prefix));
  }

  /**
   * Returns the part of this namespace under {@code prefix}.
   *
   * @param prefix at least one byte
   */
  public EtcdNamespace namespace(Bytes prefix) {
    return new EtcdNamespace(kv.namespace(prefix), leases.namespace(prefix));
  }
}
