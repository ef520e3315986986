package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.ResponseHeader;
import java.util.Optional;

/**
 * A key was written.
 *
 * @param header where and when; its revision is the new mod revision of the key
 * @param previous the key as it was before; empty if there was none, or nobody asked
 */
public record PutResult(ResponseHeader header, Optional<KeyValue> previous) {}
