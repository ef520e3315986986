package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.ResponseHeader;

/**
 * Whether the cluster asks who its users are.
 *
 * @param header where and when the answer was made
 * @param isEnabled whether authentication is on
 * @param authRevision grows with each change of users, roles and permissions; 1 before the first
 */
public record AuthStatus(ResponseHeader header, boolean isEnabled, long authRevision) {}
