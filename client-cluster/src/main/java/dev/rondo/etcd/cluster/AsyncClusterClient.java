package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.MemberId;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What {@link ClusterClient} does, without blocking. Safe for use by many threads.
 *
 * <p>Arguments are checked before a method returns. A future fails with what the blocking method
 * throws, completes on the connection's executor, and cancels the call on the wire when it is
 * cancelled.
 */
public interface AsyncClusterClient {
  /** Returns this client with other settings for its calls. */
  AsyncClusterClient with(Consumer<CallSettings.Builder> changes);

  /** See {@link ClusterClient#list}. */
  CompletableFuture<MemberList> list();

  /** See {@link ClusterClient#listLocally}. */
  CompletableFuture<MemberList> listLocally();

  /** See {@link ClusterClient#add}. */
  CompletableFuture<MemberAdded> add(URI... peerUrls);

  /** See {@link ClusterClient#addLearner}. */
  CompletableFuture<MemberAdded> addLearner(URI... peerUrls);

  /** See {@link ClusterClient#promote}. */
  CompletableFuture<MemberList> promote(MemberId member);

  /** See {@link ClusterClient#update}. */
  CompletableFuture<MemberList> update(MemberId member, URI... peerUrls);

  /** See {@link ClusterClient#remove}. */
  CompletableFuture<MemberList> remove(MemberId member);
}
