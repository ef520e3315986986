package dev.rondo.etcd.balancer;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection has its endpoints from.
 *
 * @param scheme of all of them
 * @param fixed those that were given; empty if {@code srv} is to find them
 * @param srv finds them in DNS; null if they were given
 * @param sync follows the member list; null for not at all
 * @param dnsServers whom to ask for names; empty for the machine's own
 */
record EndpointPlan(
    Endpoint.Scheme scheme,
    List<Endpoint> fixed,
    @Nullable DnsSrv srv,
    @Nullable MemberSync sync,
    List<InetSocketAddress> dnsServers) {}
