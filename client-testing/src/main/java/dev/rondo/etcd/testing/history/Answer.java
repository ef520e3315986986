package dev.rondo.etcd.testing.history;

/**
 * The cluster's answer to an operation.
 *
 * @param revision the revision in the header of the response
 */
public record Answer(long revision, Result result) {}
