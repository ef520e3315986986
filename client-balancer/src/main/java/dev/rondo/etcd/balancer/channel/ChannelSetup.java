package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.PickPolicy;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * What the balancer of one channel needs. gRPC makes the balancer by itself, so this reaches it
 * with the addresses.
 *
 * @param listener hears what happens
 * @param authority what each endpoint is called and verified as
 * @param lookups where host names are looked up, which blocks
 * @param policy which of the connected endpoints a call goes to
 * @param limits how long a connection may be silent
 * @param questions what members are asked
 * @param balancer where the balancer makes itself known
 */
record ChannelSetup(
    ChannelListener listener,
    Function<Endpoint, String> authority,
    Executor lookups,
    PickPolicy policy,
    SilenceLimits limits,
    Questions questions,
    BalancerHandle balancer) {}
