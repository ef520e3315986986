package dev.rondo.etcd.integration.etcdctl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.testing.EtcdBackend;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands of etcd's own client, each against the companion and against etcd. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.testing.EtcdBackend#real")
@Timeout(120)
class EtcdctlTest {
  @Parameter private EtcdBackend real;
  private Console companion;
  private Console etcd;

  private void start(int members) {
    var companions = EtcdBackend.all().stream().filter(backend -> !backend.isReal()).toList();
    companion = Console.start(companions.get(0), real.etcdctl(), members);
    etcd = Console.start(real, real.etcdctl(), members);
  }

  @AfterEach
  void close() {
    companion.close();
    etcd.close();
  }

  /** Runs commands that print the same, one on each line. */
  private void alike(String commands) {
    commands.lines().forEach(command -> alike(command, ""));
  }

  private void alike(String command, String input) {
    assertThat(companion.run(command, input)).as(command).isEqualTo(etcd.run(command, input));
  }

  /** Runs commands that print the same lines, in the order of ids that are drawn. */
  private void alikeInAnyOrder(String commands) {
    for (var command : commands.lines().toList()) {
      assertThat(sorted(companion.run(command, "")))
          .as(command)
          .isEqualTo(sorted(etcd.run(command, "")));
    }
  }

  private static List<String> sorted(String output) {
    return output.lines().sorted().collect(Collectors.toList());
  }

  private void firstLinesAlike(int count, String command) {
    assertThat(companion.firstLines(command, count))
        .as(command)
        .isEqualTo(etcd.firstLines(command, count));
  }

  @Test
  void readsAndWritesKeys() {
    start(1);

    alike(
        """
        endpoint hashkv -w json
        get a
        put a 1
        put a 2 --prev-kv
        put b 3 --prev-kv -w json
        put c 1 -w fields
        put ab x
        get a
        get a -w json
        get a -w fields
        get a -w table
        get a -w protobuf --print-value-only
        get a --rev=2
        get a c
        get a --prefix
        get a --prefix --keys-only
        get a --prefix --count-only -w fields
        get a --from-key --limit=2 -w json
        get a --prefix --sort-by=VALUE --order=DESCEND
        get a z --sort-by=VERSION --order=ASCEND
        get a z --sort-by=CREATE --order=DESCEND
        get a z --sort-by=MODIFY --order=ASCEND
        get a z --sort-by=KEY --order=DESCEND
        get a --print-value-only
        get a --consistency=s
        get a --hex
        put a --ignore-value
        put a 5 --ignore-lease
        get a -w json
        del b --prev-kv
        del b
        del a --prefix -w json
        del c --from-key --prev-kv -w fields
        get a --from-key
        endpoint hashkv
        endpoint hashkv -w json
        endpoint hashkv -w fields
        endpoint hashkv -w table
        """);
  }

  @Test
  void tellsWhatIsWrong() {
    start(1);

    alike(
        """
        put a 1
        get a --rev=99
        get a --sort-by=SIZE
        get a z --prefix
        put b --ignore-value
        put a 1 --lease=77
        lease revoke 77
        lease keep-alive --once 77
        lease timetolive 77
        lease grant x
        compaction 99
        put a 2
        put a 3
        compaction 3
        compaction 3
        compaction 2
        get a --rev=2
        watch a --rev=2
        move-leader 77
        member remove 77
        member promote 77
        member promote $LEADER
        member update 77 --peer-urls=http://127.0.0.1:1
        member add x --peer-urls=127.0.0.1:1 --learner
        member add x
        unknown
        """);
    alike("txn", "val(\"a\") = \"3\"\n\nput b 1\nput b 2\n\n\n");
    alike("txn", "size(\"a\") = \"3\"\n\n\n\n");
  }

  @Test
  void makesTransactions() {
    start(1);

    alike("put a 1");
    alike("txn", "mod(\"a\") > \"0\"\n\nput b 1\nget a\n\nget b\n\n");
    alike("txn", "ver(\"a\") > \"1\"\n\nput b 2\n\nget b\ndel a\n\n");
    alike("txn -w json", "val(\"b\") = \"1\"\n\nget b\ndel b --prev-kv\n\n\n");
    alike("txn -w fields", "create(\"b\") = \"0\"\n\nput a 2\nget a\n\n\n");
    alike("txn", "\n\n\n");
    alike("get a -w json");
  }

  @Test
  void watches() {
    start(1);

    alike(
        """
        put a 1
        put a 2
        put b 1
        del a
        put ab 1
        """);
    firstLinesAlike(8, "watch a --rev=1");
    firstLinesAlike(8, "watch a --rev=2 --prev-kv");
    firstLinesAlike(12, "watch a --rev=1 --prefix");
    firstLinesAlike(1, "watch a c --rev=3 -w json");
    firstLinesAlike(10, "watch a --rev=2 -w fields");
    firstLinesAlike(4, "watch a --rev=1 -- echo seen");
  }

  @Test
  void keepsLeases() {
    start(1);

    alike(
        """
        lease list
        lease grant 600
        put a 1 --lease=$LEASE
        lease timetolive $LEASE
        lease timetolive $LEASE --keys
        lease timetolive $LEASE -w fields
        lease keep-alive --once $LEASE
        lease list
        lease list -w json
        lease revoke $LEASE
        get a
        lease timetolive $LEASE
        lease revoke $LEASE
        lease grant 0
        lease grant 9000000001
        lease grant 600 -w json
        """);
  }

  @Test
  void changesMembers() {
    start(1);

    alike(
        """
        member list
        member list -w table
        member list -w json
        member list -w fields
        member add x --peer-urls=http://127.0.0.1:1 --learner
        member add y --peer-urls=http://127.0.0.1:2 --learner
        member promote $MEMBER
        """);
    alikeInAnyOrder("member list");
    alike(
        """
        member remove $MEMBER
        member remove $MEMBER
        member list
        member update $LEADER --peer-urls=http://127.0.0.1:3
        member list
        member add z --peer-urls=http://127.0.0.1:4 --learner
        """);
  }

  @Test
  void looksAtAMember() {
    start(1);

    alike(
        """
        put a 1
        endpoint status
        endpoint status -w table
        endpoint status -w json
        endpoint status -w fields
        endpoint health
        endpoint health -w json
        alarm list
        alarm disarm
        put a 2
        compaction 2 --physical
        endpoint hashkv -w json
        defrag
        endpoint hashkv
        """);
  }

  @Test
  void looksAtThreeMembers() {
    start(3);

    alike("put a 1");
    alikeInAnyOrder(
        """
        member list
        member list -w table
        endpoint health
        endpoint health --cluster
        endpoint hashkv
        endpoint hashkv --cluster
        """);
    alikeInAnyOrder("endpoint hashkv --cluster -w table");
  }

  @Test
  void movesTheLeader() {
    start(3);

    for (var console : List.of(companion, etcd)) {
      var before = console.cluster().leader();

      assertThat(console.run("move-leader $FOLLOWER", ""))
          .matches("0\\RLeadership transferred from ID\\d to ID\\d\\R");
      assertThat(console.cluster().awaitLeaderOtherThan(before)).isNotSameAs(before);
      assertThat(console.run("move-leader $LEADER", ""))
          .matches("0\\RLeadership transferred from (ID\\d) to \\1\\R");
    }
    alike("move-leader 77", "");
  }
}
