package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.ResponseHeader;
import java.util.Optional;

/**
 * A key was written, or was not because it did not stand as it should.
 *
 * <p>Where the call was allowed to be repeated ({@link
 * dev.rondo.etcd.api.CallSettings#isIdempotent}), a first attempt that was applied unseen makes the
 * second one fail; what exists is then what this call wrote.
 *
 * @param header where and when; if the key was written, its revision is the new mod revision
 * @param succeeded whether the key was written
 * @param existing if it was not, the key as it stands; empty if it was, or if there is no such key
 */
public record ConditionalPutResult(
    ResponseHeader header, boolean succeeded, Optional<KeyValue> existing) {}
