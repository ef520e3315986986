package dev.rondo.etcd.api;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a call failed.
 *
 * <p>There is one code for each error that etcd knows (etcd's {@code rpctypes}), found by its text
 * first, because the gRPC code alone is ambiguous and three of them changed in etcd 3.6. An error
 * with a text that nobody knows gets the code of its gRPC status, and keeps its text in the message
 * of the exception. The last group is what the client itself finds wrong.
 */
public enum Code {
  /** {@code etcdserver: key is not provided}. */
  EMPTY_KEY("etcdserver: key is not provided", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: key not found}. */
  KEY_NOT_FOUND("etcdserver: key not found", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: value is provided}. */
  VALUE_PROVIDED("etcdserver: value is provided", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: lease is provided}. */
  LEASE_PROVIDED("etcdserver: lease is provided", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: too many operations in txn request}. */
  TOO_MANY_OPS(
      "etcdserver: too many operations in txn request", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: duplicate key given in txn request}. */
  DUPLICATE_KEY(
      "etcdserver: duplicate key given in txn request", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: invalid client api version}. */
  INVALID_CLIENT_API_VERSION(
      "etcdserver: invalid client api version", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: invalid sort option}. */
  INVALID_SORT_OPTION("etcdserver: invalid sort option", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: mvcc: required revision has been compacted}. */
  COMPACTED(
      "etcdserver: mvcc: required revision has been compacted",
      11,
      WriteOutcome.NOT_APPLIED,
      false),
  /** {@code etcdserver: mvcc: required revision is a future revision}. */
  FUTURE_REVISION(
      "etcdserver: mvcc: required revision is a future revision",
      11,
      WriteOutcome.NOT_APPLIED,
      false),
  /** {@code etcdserver: mvcc: database space exceeded}. */
  NO_SPACE("etcdserver: mvcc: database space exceeded", 8, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: requested lease not found}. */
  LEASE_NOT_FOUND("etcdserver: requested lease not found", 5, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: lease already exists}. */
  LEASE_EXIST("etcdserver: lease already exists", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: too large lease TTL}. */
  LEASE_TTL_TOO_LARGE("etcdserver: too large lease TTL", 11, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: watch canceled}. */
  WATCH_CANCELED("etcdserver: watch canceled", 1, WriteOutcome.UNKNOWN, false),
  /** {@code etcdserver: member ID already exist}. */
  MEMBER_EXIST("etcdserver: member ID already exist", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: Peer URLs already exists}. */
  PEER_URL_EXIST("etcdserver: Peer URLs already exists", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: re-configuration failed due to not enough started members}. */
  MEMBER_NOT_ENOUGH_STARTED(
      "etcdserver: re-configuration failed due to not enough started members",
      9,
      WriteOutcome.NOT_APPLIED,
      false),
  /** {@code etcdserver: given member URLs are invalid}. */
  MEMBER_BAD_URLS("etcdserver: given member URLs are invalid", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: member not found}. */
  MEMBER_NOT_FOUND("etcdserver: member not found", 5, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: can only promote a learner member}. */
  MEMBER_NOT_LEARNER(
      "etcdserver: can only promote a learner member", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: can only promote a learner member which is in sync with leader}. */
  LEARNER_NOT_READY(
      "etcdserver: can only promote a learner member which is in sync with leader",
      9,
      WriteOutcome.NOT_APPLIED,
      false),
  /** {@code etcdserver: too many learner members in cluster}. */
  TOO_MANY_LEARNERS(
      "etcdserver: too many learner members in cluster", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: cluster ID mismatch}. */
  CLUSTER_ID_MISMATCH("etcdserver: cluster ID mismatch", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: request is too large}. */
  REQUEST_TOO_LARGE("etcdserver: request is too large", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: too many requests}. */
  TOO_MANY_REQUESTS("etcdserver: too many requests", 8, WriteOutcome.NOT_APPLIED, true),
  /** {@code etcdserver: root user does not exist}. */
  ROOT_USER_NOT_EXIST("etcdserver: root user does not exist", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: root user does not have root role}. */
  ROOT_ROLE_NOT_EXIST(
      "etcdserver: root user does not have root role", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: user name already exists}. */
  USER_ALREADY_EXIST("etcdserver: user name already exists", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: user name is empty}. */
  USER_EMPTY("etcdserver: user name is empty", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: user name not found}. */
  USER_NOT_FOUND("etcdserver: user name not found", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: role name already exists}. */
  ROLE_ALREADY_EXIST("etcdserver: role name already exists", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: role name not found}. */
  ROLE_NOT_FOUND("etcdserver: role name not found", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: role name is empty}. */
  ROLE_EMPTY("etcdserver: role name is empty", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: authentication failed, invalid user ID or password}. */
  AUTH_FAILED(
      "etcdserver: authentication failed, invalid user ID or password",
      3,
      WriteOutcome.NOT_APPLIED,
      false),
  /** {@code etcdserver: permission not given}. */
  PERMISSION_NOT_GIVEN("etcdserver: permission not given", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: permission denied}. */
  PERMISSION_DENIED("etcdserver: permission denied", 7, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: role is not granted to the user}. */
  ROLE_NOT_GRANTED(
      "etcdserver: role is not granted to the user", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: permission is not granted to the role}. */
  PERMISSION_NOT_GRANTED(
      "etcdserver: permission is not granted to the role", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: authentication is not enabled}. */
  AUTH_NOT_ENABLED("etcdserver: authentication is not enabled", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: invalid auth token}. */
  INVALID_AUTH_TOKEN("etcdserver: invalid auth token", 16, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: invalid auth management}. */
  INVALID_AUTH_MANAGEMENT(
      "etcdserver: invalid auth management", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: revision of auth store is old}. */
  AUTH_OLD_REVISION(
      "etcdserver: revision of auth store is old", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: no leader}. */
  NO_LEADER("etcdserver: no leader", 14, WriteOutcome.NOT_APPLIED, true),
  /** {@code etcdserver: not leader}. */
  NOT_LEADER("etcdserver: not leader", 9, WriteOutcome.NOT_APPLIED, true),
  /** {@code etcdserver: leader changed}. */
  LEADER_CHANGED("etcdserver: leader changed", 14, WriteOutcome.UNKNOWN, true),
  /** {@code etcdserver: not capable}. */
  NOT_CAPABLE("etcdserver: not capable", 9, WriteOutcome.NOT_APPLIED, true),
  /** {@code etcdserver: server stopped}. */
  STOPPED("etcdserver: server stopped", 14, WriteOutcome.UNKNOWN, true),
  /** {@code etcdserver: request timed out}. */
  TIMEOUT("etcdserver: request timed out", 14, WriteOutcome.UNKNOWN, true),
  /** {@code etcdserver: request timed out, possibly due to previous leader failure}. */
  TIMEOUT_DUE_TO_LEADER_FAIL(
      "etcdserver: request timed out, possibly due to previous leader failure",
      14,
      WriteOutcome.UNKNOWN,
      true),
  /** {@code etcdserver: request timed out, possibly due to connection lost}. */
  TIMEOUT_DUE_TO_CONNECTION_LOST(
      "etcdserver: request timed out, possibly due to connection lost",
      14,
      WriteOutcome.UNKNOWN,
      true),
  /** {@code etcdserver: request timed out, waiting for the applied index took too long}. */
  TIMEOUT_WAIT_APPLIED_INDEX(
      "etcdserver: request timed out, waiting for the applied index took too long",
      14,
      WriteOutcome.UNKNOWN,
      true),
  /** {@code etcdserver: unhealthy cluster}. */
  UNHEALTHY("etcdserver: unhealthy cluster", 14, WriteOutcome.NOT_APPLIED, true),
  /** {@code etcdserver: corrupt cluster}. */
  CORRUPT("etcdserver: corrupt cluster", 15, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: rpc not supported for learner}. */
  NOT_SUPPORTED_FOR_LEARNER(
      "etcdserver: rpc not supported for learner", 9, WriteOutcome.NOT_APPLIED, true),
  /** {@code etcdserver: bad leader transferee}. */
  BAD_LEADER_TRANSFEREE("etcdserver: bad leader transferee", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: wrong downgrade target version format}. */
  WRONG_DOWNGRADE_VERSION_FORMAT(
      "etcdserver: wrong downgrade target version format", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: invalid downgrade target version}. */
  INVALID_DOWNGRADE_TARGET_VERSION(
      "etcdserver: invalid downgrade target version", 3, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: cluster version not found during downgrade}. */
  CLUSTER_VERSION_UNAVAILABLE(
      "etcdserver: cluster version not found during downgrade", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: cluster has a downgrade job in progress}. */
  DOWNGRADE_IN_PROCESS(
      "etcdserver: cluster has a downgrade job in progress", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: no inflight downgrade job}. */
  NO_INFLIGHT_DOWNGRADE(
      "etcdserver: no inflight downgrade job", 9, WriteOutcome.NOT_APPLIED, false),
  /** {@code etcdserver: request canceled}. */
  SERVER_CANCELED("etcdserver: request canceled", 1, WriteOutcome.UNKNOWN, true),
  /** {@code etcdserver: context deadline exceeded}. */
  SERVER_DEADLINE_EXCEEDED("etcdserver: context deadline exceeded", 4, WriteOutcome.UNKNOWN, true),
  /** {@code raft proposal dropped}: the member could not hand the change to a leader. */
  RAFT_PROPOSAL_DROPPED("raft proposal dropped", 2, WriteOutcome.NOT_APPLIED, true),
  /** {@code not a primary lessor}: a member that is leader no more was asked to renew a lease. */
  NOT_PRIMARY_LESSOR("not a primary lessor", 2, WriteOutcome.NOT_APPLIED, true),
  /** {@code mvcc: watcher range is empty}. */
  EMPTY_WATCH_RANGE("mvcc: watcher range is empty", 2, WriteOutcome.NOT_APPLIED, false),
  /** {@code mvcc: duplicate watch ID provided on the WatchStream}. */
  DUPLICATE_WATCH_ID(
      "mvcc: duplicate watch ID provided on the WatchStream", 2, WriteOutcome.NOT_APPLIED, false),

  /** The call was cancelled, by its caller or by the server. */
  CANCELLED(1, WriteOutcome.UNKNOWN, false),
  /** The server gave an error that nobody knows. */
  UNKNOWN(2, WriteOutcome.UNKNOWN, false),
  /** The request was malformed. */
  INVALID_ARGUMENT(3, WriteOutcome.NOT_APPLIED, false),
  /** The time for the call was over. */
  DEADLINE_EXCEEDED(4, WriteOutcome.UNKNOWN, false),
  /** Something that the request names does not exist. */
  NOT_FOUND(5, WriteOutcome.NOT_APPLIED, false),
  /** Something that the request would make exists. */
  ALREADY_EXISTS(6, WriteOutcome.NOT_APPLIED, false),
  /** A limit was reached. */
  RESOURCE_EXHAUSTED(8, WriteOutcome.UNKNOWN, false),
  /** The server is in no state to do this. */
  FAILED_PRECONDITION(9, WriteOutcome.NOT_APPLIED, false),
  /** The server gave up. */
  ABORTED(10, WriteOutcome.UNKNOWN, false),
  /** A number is beyond what there is. */
  OUT_OF_RANGE(11, WriteOutcome.NOT_APPLIED, false),
  /**
   * The server does not have this operation: it is too old for it, or the service is turned off.
   */
  UNIMPLEMENTED(12, WriteOutcome.NOT_APPLIED, false),
  /** The transport or the server broke its own rules. */
  INTERNAL(13, WriteOutcome.UNKNOWN, true),
  /** No endpoint could be reached, or the connection was lost. */
  UNAVAILABLE(14, WriteOutcome.UNKNOWN, true),
  /** Data was lost. */
  DATA_LOSS(15, WriteOutcome.UNKNOWN, false),
  /** The caller is not known. */
  UNAUTHENTICATED(16, WriteOutcome.NOT_APPLIED, false),

  /** The client was closed. */
  CLOSED(1, WriteOutcome.UNKNOWN, false),
  /** The answer was larger than the client takes. */
  ANSWER_TOO_LARGE(8, WriteOutcome.UNKNOWN, false),
  /** The server speaks, but not etcd's language. */
  NOT_ETCD(14, WriteOutcome.UNKNOWN, true),
  /** The server's answer contradicts the request or itself. */
  MALFORMED_ANSWER(13, WriteOutcome.UNKNOWN, false);

  private static final String GO_PREFIX = "rpc error: code = ";
  private static final String GO_TEXT = " desc = ";
  private static final Map<String, Code> BY_TEXT = new HashMap<>();
  private static final Code[] BY_GRPC_CODE = {
    UNKNOWN, // an error cannot be OK
    CANCELLED,
    UNKNOWN,
    INVALID_ARGUMENT,
    DEADLINE_EXCEEDED,
    NOT_FOUND,
    ALREADY_EXISTS,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    FAILED_PRECONDITION,
    ABORTED,
    OUT_OF_RANGE,
    UNIMPLEMENTED,
    INTERNAL,
    UNAVAILABLE,
    DATA_LOSS,
    UNAUTHENTICATED
  };

  static {
    for (Code code : values()) {
      if (code.text != null) {
        BY_TEXT.put(code.text, code);
      }
    }
    // What servers up to 3.4 let through as Go writes it.
    BY_TEXT.put("context deadline exceeded", SERVER_DEADLINE_EXCEEDED);
    BY_TEXT.put("context canceled", SERVER_CANCELED);
    // What servers up to 3.5 at least let through where maintenance is for root alone.
    BY_TEXT.put("auth: permission denied", PERMISSION_DENIED);
    BY_TEXT.put("auth: invalid auth token", INVALID_AUTH_TOKEN);
    BY_TEXT.put("auth: revision in header is old", AUTH_OLD_REVISION);
    BY_TEXT.put("auth: user name is empty", USER_EMPTY);
  }

  private final @Nullable String text;
  private final int grpcCode;
  private final WriteOutcome outcome;
  private final boolean isTransient;

  Code(int grpcCode, WriteOutcome outcome, boolean isTransient) {
    this(null, grpcCode, outcome, isTransient);
  }

  Code(@Nullable String text, int grpcCode, WriteOutcome outcome, boolean isTransient) {
    this.text = text;
    this.grpcCode = grpcCode;
    this.outcome = outcome;
    this.isTransient = isTransient;
  }

  /**
   * Finds the code of an error that a server sent.
   *
   * @param grpcCode the number of its gRPC status, 1 to 16; any other number counts as 2 (unknown)
   * @param text what the server said; the {@code rpc error: …} that Go puts before it is passed
   *     over
   */
  public static Code of(int grpcCode, @Nullable String text) {
    Code known = text == null ? null : BY_TEXT.get(withoutGoPrefix(text));
    if (known != null) {
      return known;
    }
    return grpcCode > 0 && grpcCode < BY_GRPC_CODE.length ? BY_GRPC_CODE[grpcCode] : UNKNOWN;
  }

  private static String withoutGoPrefix(String text) {
    if (!text.startsWith(GO_PREFIX)) {
      return text;
    }
    int start = text.indexOf(GO_TEXT);
    return start < 0 ? text : text.substring(start + GO_TEXT.length());
  }

  /** The text by which etcd's clients know this error, or null if it has none of its own. */
  public @Nullable String text() {
    return text;
  }

  /** The number of the gRPC status that the newest servers send with it, 1 to 16. */
  public int grpcCode() {
    return grpcCode;
  }

  /** What a write that failed with this may assume. */
  public WriteOutcome outcome() {
    return outcome;
  }

  /** Whether another endpoint, or the same one a little later, may well answer. */
  public boolean isTransient() {
    return isTransient;
  }
}
