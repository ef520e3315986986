/**
 * The channel: endpoints to resolver to balancer to subchannels. All of gRPC that is experimental
 * or internal is used here and nowhere else.
 *
 * <p>{@link dev.rondo.etcd.balancer.channel.EndpointChannel} puts it together; {@link
 * dev.rondo.etcd.balancer.channel.EndpointBalancer} keeps one {@link
 * dev.rondo.etcd.balancer.channel.EndpointLink} for each endpoint and hands out those that are
 * connected as a {@link dev.rondo.etcd.balancer.channel.Ring}; a {@link
 * dev.rondo.etcd.balancer.channel.Line} is one connection of a link, and {@link
 * dev.rondo.etcd.balancer.channel.SilenceWatch} looks after all of them; an {@link
 * dev.rondo.etcd.balancer.channel.Attempt} carries the wishes of one attempt to the ring, and
 * brings back where it went.
 */
@NullMarked
package dev.rondo.etcd.balancer.channel;

import org.jspecify.annotations.NullMarked;
