package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.Code;
import java.util.Optional;

/**
 * Why an endpoint could not be reached, or was cut off.
 *
 * @param code {@link Code#NOT_ETCD} if something answers there that is not etcd, or not in the way
 *     the scheme says; otherwise {@link Code#UNAVAILABLE}
 * @param reason the reason in one line
 * @param cause what it came from, if anything was thrown
 */
public record EndpointFailure(Code code, String reason, Optional<Throwable> cause) {
  @Override
  public String toString() {
    return reason;
  }
}
