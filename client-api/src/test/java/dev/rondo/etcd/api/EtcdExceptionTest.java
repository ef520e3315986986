package dev.rondo.etcd.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EtcdExceptionTest {
  @Test
  void namesTheOperationTheEndpointAndTheAttempts() {
    var cause = new IllegalStateException("below");
    var call = new EtcdException.Call("put", "https://10.0.0.1:2379", 3);

    var failure =
        new EtcdException(
            Code.NO_SPACE, WriteOutcome.NOT_APPLIED, call, "database space exceeded", cause);

    assertThat(failure)
        .hasMessage("put: database space exceeded [endpoint https://10.0.0.1:2379, attempts 3]")
        .hasCause(cause);
    assertThat(failure.code()).isEqualTo(Code.NO_SPACE);
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(failure.operation()).isEqualTo("put");
    assertThat(failure.endpoint()).contains("https://10.0.0.1:2379");
    assertThat(failure.attempts()).isEqualTo(3);
  }

  @Test
  void saysThatNoEndpointWasReached() {
    var call = new EtcdException.Call("get", null, 0);

    var failure =
        new EtcdException(Code.UNAVAILABLE, WriteOutcome.NOT_APPLIED, call, "no luck", null);

    assertThat(failure).hasMessage("get: no luck [no endpoint, attempts 0]").hasNoCause();
    assertThat(failure.endpoint()).isEmpty();
  }

  @Test
  void hasAFormForWritesOfWhichNobodyKnows() {
    var call = new EtcdException.Call("txn", "http://10.0.0.1:2379", 1);

    var failure = new OutcomeUnknownException(Code.UNAVAILABLE, call, "connection lost", null);

    assertThat(failure).isInstanceOf(EtcdException.class);
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.UNKNOWN);
  }
}
