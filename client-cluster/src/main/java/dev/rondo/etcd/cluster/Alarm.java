package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.MemberId;

/**
 * An alarm, which holds for the whole cluster until it is disarmed.
 *
 * @param member the member that raised it, or that was found corrupt
 * @param type what it is about
 */
public record Alarm(MemberId member, AlarmType type) {}
