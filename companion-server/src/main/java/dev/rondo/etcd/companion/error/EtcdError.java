package dev.rondo.etcd.companion.error;

import io.grpc.Status;

/**
 * The refusals that etcd 3.5 knows, as far as this server gives them, with their text and gRPC code
 * on the wire.
 */
public enum EtcdError {
  EMPTY_KEY(Status.Code.INVALID_ARGUMENT, "key is not provided"),
  KEY_NOT_FOUND(Status.Code.INVALID_ARGUMENT, "key not found"),
  VALUE_PROVIDED(Status.Code.INVALID_ARGUMENT, "value is provided"),
  LEASE_PROVIDED(Status.Code.INVALID_ARGUMENT, "lease is provided"),
  TOO_MANY_OPS(Status.Code.INVALID_ARGUMENT, "too many operations in txn request"),
  DUPLICATE_KEY(Status.Code.INVALID_ARGUMENT, "duplicate key given in txn request"),
  INVALID_CLIENT_API_VERSION(Status.Code.INVALID_ARGUMENT, "invalid client api version"),
  COMPACTED(Status.Code.OUT_OF_RANGE, "mvcc: required revision has been compacted"),
  FUTURE_REVISION(Status.Code.OUT_OF_RANGE, "mvcc: required revision is a future revision"),
  NO_SPACE(Status.Code.RESOURCE_EXHAUSTED, "mvcc: database space exceeded"),
  LEASE_NOT_FOUND(Status.Code.NOT_FOUND, "requested lease not found"),
  LEASE_EXISTS(Status.Code.FAILED_PRECONDITION, "lease already exists"),
  LEASE_TTL_TOO_LARGE(Status.Code.OUT_OF_RANGE, "too large lease TTL"),
  MEMBER_EXISTS(Status.Code.FAILED_PRECONDITION, "member ID already exist"),
  PEER_URL_EXISTS(Status.Code.FAILED_PRECONDITION, "Peer URLs already exists"),
  /** Etcd 3.5 puts the text on the wire, but not the code that it has for it; seen on 3.5.16. */
  MEMBER_NOT_ENOUGH_STARTED(
      Status.Code.UNKNOWN, "re-configuration failed due to not enough started members"),
  MEMBER_BAD_URLS(Status.Code.INVALID_ARGUMENT, "given member URLs are invalid"),
  MEMBER_NOT_FOUND(Status.Code.NOT_FOUND, "member not found"),
  MEMBER_NOT_LEARNER(Status.Code.FAILED_PRECONDITION, "can only promote a learner member"),
  LEARNER_NOT_READY(
      Status.Code.FAILED_PRECONDITION,
      "can only promote a learner member which is in sync with leader"),
  TOO_MANY_LEARNERS(Status.Code.FAILED_PRECONDITION, "too many learner members in cluster"),
  REQUEST_TOO_LARGE(Status.Code.INVALID_ARGUMENT, "request is too large"),
  /** Like {@link #MEMBER_NOT_ENOUGH_STARTED}. */
  TOO_MANY_REQUESTS(Status.Code.UNKNOWN, "too many requests"),
  NO_LEADER(Status.Code.UNAVAILABLE, "no leader"),
  NOT_LEADER(Status.Code.FAILED_PRECONDITION, "not leader"),
  LEADER_CHANGED(Status.Code.UNAVAILABLE, "leader changed"),
  STOPPED(Status.Code.UNAVAILABLE, "server stopped"),
  TIMEOUT(Status.Code.UNAVAILABLE, "request timed out"),
  TIMEOUT_DUE_TO_LEADER_FAIL(
      Status.Code.UNAVAILABLE, "request timed out, possibly due to previous leader failure"),
  TIMEOUT_DUE_TO_CONNECTION_LOST(
      Status.Code.UNAVAILABLE, "request timed out, possibly due to connection lost"),
  UNHEALTHY(Status.Code.UNAVAILABLE, "unhealthy cluster"),
  NOT_SUPPORTED_FOR_LEARNER(Status.Code.UNAVAILABLE, "rpc not supported for learner"),
  BAD_LEADER_TRANSFEREE(Status.Code.FAILED_PRECONDITION, "bad leader transferee"),
  CORRUPT(Status.Code.DATA_LOSS, "corrupt cluster");

  private final Status.Code code;
  private final String text;

  EtcdError(Status.Code code, String text) {
    this.code = code;
    this.text = "etcdserver: " + text;
  }

  /** What a client sees. */
  public Status status() {
    return code.toStatus().withDescription(text);
  }

  /** What a client sees as the description of the status. */
  public String text() {
    return text;
  }

  /** The same as an exception, for code that answers deep down. */
  public EtcdErrorException exception() {
    return new EtcdErrorException(this);
  }
}
