package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.kv.WatchOptions;
import dev.rondo.etcd.testing.EtcdBackend;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Watches where users must log in. */
@Timeout(120)
class WatchAuthTest {
  static List<EtcdBackend> backends() {
    return Guarded.backends();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void w25_aWatchThatIsDeniedDisturbsNoOther(EtcdBackend backend) {
    try (var guarded = Guarded.start(backend);
        var alice = guarded.alice()) {
      var heard = new HeardEvents();
      var watch = alice.kv().watch(KeyRange.prefix("a/"), WatchOptions.DEFAULT, heard);

      var denied =
          catchThrowableOfType(
              EtcdException.class,
              () -> alice.kv().watch(KeyRange.prefix("b/"), options -> {}, batch -> {}));
      alice.kv().put("a/key", "value");
      heard.awaitChanges(1);

      assertThat(denied.code()).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(heard.told()).containsExactly("a/key=value");
      assertThat(heard.events()).as("it was not even moved").hasSize(1);
      assertThat(watch.end()).isEmpty();
    }
  }

  /** Old servers call it "permission denied" when a token is too old, new ones by its name. */
  @ParameterizedTest
  @MethodSource("backends")
  void aWatchGoesOnThoughItsTokenIsRefusedWhenItIsCutOff(EtcdBackend backend) {
    try (var guarded = Guarded.start(backend.cluster().bridged());
        var alice = guarded.alice();
        var root = guarded.root()) {
      var heard = new HeardEvents();
      var watch = alice.kv().watch(KeyRange.prefix("a/"), WatchOptions.DEFAULT, heard);
      root.kv().put("a/key", "0");
      heard.awaitChanges(1);

      root.auth().addRole("new"); // which makes all tokens old
      guarded.cluster.member(0).bridge().cut();
      root.kv().put("a/key", "1");
      heard.awaitChanges(2);

      assertThat(heard.told()).containsExactly("a/key=0", "a/key=1");
      assertThat(watch.end()).isEmpty();
    }
  }
}
