/**
 * etcd's gRPC services, a class each, and the server that offers them.
 *
 * <p>Start at {@link dev.rondo.etcd.companion.rpc.MemberServer}. A request passes its {@code
 * FaultGate} on the way in, then {@code RequestLimit} and {@code MemberInterceptor}, which refuse
 * what needs no look at it, then its service, which checks it as etcd 3.5 does and hands it to the
 * engine.
 */
@NullMarked
package dev.rondo.etcd.companion.rpc;

import org.jspecify.annotations.NullMarked;
