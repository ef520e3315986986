package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * What the balancer of one channel needs. gRPC makes the balancer by itself, so this reaches it
 * with the addresses.
 *
 * @param listener hears what happens
 * @param authority what each endpoint is called and verified as
 * @param lookups where host names are looked up, which blocks
 */
record ChannelSetup(
    ChannelListener listener, Function<Endpoint, String> authority, Executor lookups) {}
