package dev.rondo.etcd.balancer.channel;

import java.time.Duration;

/**
 * One SRV record.
 *
 * @param priority 0 to 65535; who has the smaller number is used first
 * @param weight 0 to 65535; how large the share is among those of the same priority
 * @param port 0 to 65535
 * @param target the host, in lower case and without a dot at its end
 * @param ttl how long the record holds
 */
public record ServiceRecord(int priority, int weight, int port, String target, Duration ttl) {}
