package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.EtcdException;
import java.time.Duration;
import java.util.Optional;

/**
 * How a kept lease stands at one moment.
 *
 * @param state what is known
 * @param remaining how long it lives at least from that moment on if it is neither renewed nor
 *     revoked; zero once that is over
 * @param reason why the last renewal that was tried is not confirmed, where that is known; empty
 *     while renewals are confirmed, and while the first answer is still waited for
 */
public record LeaseStatus(LeaseState state, Duration remaining, Optional<EtcdException> reason) {}
