package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where an attempt may go.
 *
 * @param reach which members may answer it
 * @param earlier how many attempts of the same call went before it; the first of them had its turn
 *     in the ring
 * @param avoided endpoints to pass over as long as another is connected; never changed later
 * @param pinned the only endpoint that will do, or null for any
 */
public record Route(Reach reach, int earlier, Set<Endpoint> avoided, @Nullable Endpoint pinned) {}
