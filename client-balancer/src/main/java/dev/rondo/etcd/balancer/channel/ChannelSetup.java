package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.PickPolicy;
import java.util.concurrent.Executor;

/**
 * What the balancer of one channel needs. gRPC makes the balancer by itself, so this reaches it
 * with the addresses.
 *
 * @param listener hears what happens
 * @param credentials what each endpoint is called and verified as, and who we are there
 * @param hosts finds the addresses of hosts
 * @param lookups where that is done, for it blocks
 * @param policy which of the connected endpoints a call goes to
 * @param limits how long a connection may be silent
 * @param questions what members are asked
 * @param balancer where the balancer makes itself known
 */
record ChannelSetup(
    ChannelListener listener,
    CredentialBundle credentials,
    HostLookup hosts,
    Executor lookups,
    PickPolicy policy,
    SilenceLimits limits,
    Questions questions,
    BalancerHandle balancer) {}
