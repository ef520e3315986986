package dev.rondo.etcd.balancer.internal;

import dev.rondo.etcd.wire.ResponseHeader;
import io.grpc.MethodDescriptor;
import java.util.function.Function;

/**
 * One of etcd's RPCs, and what may be done about it when it fails.
 *
 * @param operation what messages call it, such as {@code put}
 * @param method the method on the wire
 * @param header takes from an answer what all of etcd's answers have in common
 * @param kind whether it may be repeated
 * @param requiresLeader whether a member that sees no leader shall refuse it at once (metadata
 *     {@code hasleader}): true for all but what a member may answer alone
 * @param isServedByLearners whether a member without a vote answers it
 * @param <Q> request
 * @param <R> response
 */
public record Rpc<Q, R>(
    String operation,
    MethodDescriptor<Q, R> method,
    Function<R, ResponseHeader> header,
    Kind kind,
    boolean requiresLeader,
    boolean isServedByLearners) {

  /** What needs no leader, learners answer, too. */
  public Rpc(
      String operation,
      MethodDescriptor<Q, R> method,
      Function<R, ResponseHeader> header,
      Kind kind,
      boolean requiresLeader) {
    this(operation, method, header, kind, requiresLeader, !requiresLeader);
  }

  /** Whether an RPC may be repeated after an attempt whose outcome is unknown. */
  public enum Kind {
    /** Changes nothing: may be repeated at will. */
    READ,
    /** Changes something, but twice is as good as once. */
    REPEATABLE,
    /** Changes something: repeated only if it surely was not applied, or the caller said so. */
    WRITE
  }

  /** A read that the quorum answers. */
  public static <Q, R> Rpc<Q, R> read(
      String operation, MethodDescriptor<Q, R> method, Function<R, ResponseHeader> header) {
    return new Rpc<>(operation, method, header, Kind.READ, true);
  }

  /**
   * A read that a member with a vote answers alone, with or without a leader. Learners refuse it,
   * though they could.
   */
  public static <Q, R> Rpc<Q, R> voterRead(
      String operation, MethodDescriptor<Q, R> method, Function<R, ResponseHeader> header) {
    return new Rpc<>(operation, method, header, Kind.READ, false, false);
  }

  /** A read that the member asked answers alone, with or without a leader, and learners, too. */
  public static <Q, R> Rpc<Q, R> localRead(
      String operation, MethodDescriptor<Q, R> method, Function<R, ResponseHeader> header) {
    return new Rpc<>(operation, method, header, Kind.READ, false);
  }

  /** A change that does no harm when it is made twice. */
  public static <Q, R> Rpc<Q, R> repeatable(
      String operation, MethodDescriptor<Q, R> method, Function<R, ResponseHeader> header) {
    return new Rpc<>(operation, method, header, Kind.REPEATABLE, true);
  }

  /** Any other change. */
  public static <Q, R> Rpc<Q, R> write(
      String operation, MethodDescriptor<Q, R> method, Function<R, ResponseHeader> header) {
    return new Rpc<>(operation, method, header, Kind.WRITE, true);
  }
}
