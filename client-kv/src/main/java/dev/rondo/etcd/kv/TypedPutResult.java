package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.ResponseHeader;
import java.util.Optional;

/**
 * A key was written through a typed view.
 *
 * @param header where and when; its revision is the new mod revision of the key
 * @param previous the key as it was before; empty if there was none, or nobody asked
 * @param <K> the type of keys
 * @param <V> the type of values
 */
public record TypedPutResult<K, V>(ResponseHeader header, Optional<TypedKeyValue<K, V>> previous) {}
