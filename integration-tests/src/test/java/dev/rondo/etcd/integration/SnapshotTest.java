package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.cluster.MemberStatus;
import dev.rondo.etcd.cluster.Snapshot;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Backups, which only etcd itself makes: they are its own database files. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.testing.EtcdBackend#real")
@Timeout(120)
class SnapshotTest {
  @Parameter EtcdBackend backend;

  @TempDir Path folder;

  @Test
  void aSnapshotIsOneThatEtcdReads() {
    try (EtcdCluster etcd = backend.cluster().start();
        Etcd client = Etcd.builder().endpoints(etcd.endpoints()).build()) {
      for (int i = 0; i < 20; i++) {
        client.kv().put(Bytes.utf8("key" + i), Bytes.of(new byte[100_000]));
      }
      Path file = folder.resolve("backup.db");
      List<Long> written = new ArrayList<>();
      List<Long> remaining = new ArrayList<>();

      Snapshot snapshot =
          client
              .maintenance()
              .snapshot(
                  client.connection().endpoints().get(0).endpoint(),
                  file,
                  (writtenBytes, remainingBytes) -> {
                    written.add(writtenBytes);
                    remaining.add(remainingBytes);
                  });

      assertThat(snapshot.file()).isEqualTo(file).hasSize(snapshot.size());
      assertThat(snapshot.size()).isGreaterThan(2_000_000);
      assertThat(snapshot.revision()).isEqualTo(Revision.NONE);
      assertThat(snapshot.version().isPresent()).isEqualTo(backend.version().isAtLeast(3, 6));
      assertThat(written).isSorted().endsWith(snapshot.size());
      assertThat(remaining).isSortedAccordingTo((a, b) -> Long.compare(b, a)).endsWith(0L);
      assertThat(folder).isDirectoryNotContaining("glob:**.part");
      String status = etcd.etcdctl("snapshot", "status", file.toString(), "--write-out=fields");
      assertThat(status).contains("\"Revision\" : 21");
    }
  }

  @Test
  void aMemberWithoutALeaderGivesOneToo() {
    try (EtcdCluster etcd = backend.cluster().members(3).start();
        Etcd client = Etcd.builder().endpoints(etcd.endpoints()).build()) {
      client.kv().put("a", "b");
      etcd.followers().forEach(EtcdMember::kill);
      EtcdMember alone =
          etcd.members().stream().filter(EtcdMember::isRunning).findAny().orElseThrow();
      await().atMost(Duration.ofSeconds(30)).until(() -> alone.status().getLeader() == 0);

      Snapshot snapshot =
          client.maintenance().snapshot(alone.endpoint(), folder.resolve("backup.db"));
      MemberStatus status = client.maintenance().status(alone.endpoint());

      assertThat(status.leader()).isEqualTo(MemberId.NONE);
      assertThat(snapshot.size()).isPositive();
    }
  }
}
