package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.ResponseHeader;

/**
 * The history was compacted.
 *
 * @param header where and when; its revision is the newest one, not the one compacted at
 */
public record CompactResult(ResponseHeader header) {}
