/**
 * The test bed that all modules share: real etcd clusters whose members and links fail on request,
 * a gRPC server that answers from a script, servers that misbehave, certificates, and a clock that
 * moves only when told to.
 *
 * <p>Start at {@link dev.rondo.etcd.testing.EtcdBackend} for tests against etcd, at {@link
 * dev.rondo.etcd.testing.ScriptedServer} for tests that need one exact answer, and at {@link
 * dev.rondo.etcd.testing.FakeTime} for tests of anything that waits.
 */
@NullMarked
package dev.rondo.etcd.testing;

import org.jspecify.annotations.NullMarked;
