package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.ResponseHeader;
import java.util.Optional;

/**
 * A key was written through a typed view, or was not because it did not stand as it should; see
 * {@link ConditionalPutResult}.
 *
 * @param header where and when; if the key was written, its revision is the new mod revision
 * @param succeeded whether the key was written
 * @param existing if it was not, the key as it stands; empty if it was, or if there is no such key
 * @param <K> the type of keys
 * @param <V> the type of values
 */
public record TypedConditionalPutResult<K, V>(
    ResponseHeader header, boolean succeeded, Optional<TypedKeyValue<K, V>> existing) {}
