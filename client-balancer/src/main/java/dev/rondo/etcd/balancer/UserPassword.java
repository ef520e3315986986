package dev.rondo.etcd.balancer;

import com.google.protobuf.UnsafeByteOperations;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.wire.AuthGrpc;
import dev.rondo.etcd.wire.AuthenticateRequest;
import dev.rondo.etcd.wire.AuthenticateResponse;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/** Asks for tokens under a name and a password, which is kept here alone and wiped at the end. */
final class UserPassword implements Login.Desk {
  private static final Rpc<AuthenticateRequest, AuthenticateResponse> AUTHENTICATE =
      Rpc.repeatable("login", AuthGrpc.getAuthenticateMethod(), AuthenticateResponse::getHeader);

  private final Calls calls;
  private final String user;
  private final byte[] password;

  /**
   * Makes a desk.
   *
   * @param calls how to ask, without a token
   * @param password in UTF-8; is copied
   */
  UserPassword(Calls calls, String user, byte[] password) {
    this.calls = calls.with(calls.settings().with(call -> call.timeout(Login.TIMEOUT)));
    this.user = user;
    this.password = password.clone();
  }

  @Override
  public CompletableFuture<String> ask() {
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder()
            .setName(user)
            .setPasswordBytes(UnsafeByteOperations.unsafeWrap(password))
            .build();
    return calls.call(AUTHENTICATE, request, AuthenticateResponse::getToken);
  }

  @Override
  public void close() {
    Arrays.fill(password, (byte) 0);
  }
}
