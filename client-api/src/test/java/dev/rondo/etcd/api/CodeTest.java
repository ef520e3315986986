package dev.rondo.etcd.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CodeTest {
  /**
   * One of etcd's errors: text, gRPC code up to etcd 3.5 and from 3.6, and what a write that gets
   * it may assume.
   */
  record EtcdError(String constant, String text, int oldCode, int newCode, String outcome) {
    static EtcdError parse(String line) {
      List<String> cells = List.of(line.split("\t", -1));
      return new EtcdError(
          cells.get(0),
          cells.get(1),
          Integer.parseInt(cells.get(2)),
          Integer.parseInt(cells.get(3)),
          cells.get(4));
    }

    @Override
    public String toString() {
      return constant;
    }
  }

  static Stream<EtcdError> etcdErrors() throws IOException {
    try (InputStream table = CodeTest.class.getResourceAsStream("/etcd-errors.tsv")) {
      String lines = new String(Objects.requireNonNull(table).readAllBytes(), UTF_8);
      return lines.lines().skip(1).map(EtcdError::parse);
    }
  }

  @ParameterizedTest
  @MethodSource("etcdErrors")
  void knowsEachOfEtcdsErrorsByItsTextWhateverTheVersion(EtcdError error) {
    Code code = Code.of(error.newCode(), error.text());

    assertThat(code.text()).isEqualTo(error.text());
    assertThat(code.grpcCode()).isEqualTo(error.newCode());
    assertThat(Code.of(error.oldCode(), error.text())).isSameAs(code);
    assertThat(code.outcome())
        .isEqualTo(
            error.outcome().equals("not applied")
                ? WriteOutcome.NOT_APPLIED
                : WriteOutcome.UNKNOWN);
  }

  @ParameterizedTest
  @MethodSource("etcdErrors")
  void passesOverWhatGoPutsBeforeTheText(EtcdError error) {
    String text = "rpc error: code = Whatever desc = " + error.text();

    assertThat(Code.of(2, text)).isSameAs(Code.of(error.newCode(), error.text()));
  }

  @Test
  void hasACodeOfItsOwnForEachError() throws IOException {
    assertThat(etcdErrors().map(error -> Code.of(error.newCode(), error.text())))
        .hasSize(63)
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "2, context deadline exceeded, SERVER_DEADLINE_EXCEEDED",
    "1, context canceled, SERVER_CANCELED",
    "2, auth: permission denied, PERMISSION_DENIED",
    "2, auth: invalid auth token, INVALID_AUTH_TOKEN",
    "2, auth: revision in header is old, AUTH_OLD_REVISION",
    "2, auth: user name is empty, USER_EMPTY",
    "2, raft proposal dropped, RAFT_PROPOSAL_DROPPED",
    "2, not a primary lessor, NOT_PRIMARY_LESSOR",
    "2, mvcc: watcher range is empty, EMPTY_WATCH_RANGE",
    "2, mvcc: duplicate watch ID provided on the WatchStream, DUPLICATE_WATCH_ID"
  })
  void knowsWhatEtcdLetsThroughUntranslated(int grpcCode, String text, Code code) {
    assertThat(Code.of(grpcCode, text)).isSameAs(code);
  }

  @ParameterizedTest
  @CsvSource({
    "1, CANCELLED",
    "2, UNKNOWN",
    "3, INVALID_ARGUMENT",
    "4, DEADLINE_EXCEEDED",
    "5, NOT_FOUND",
    "6, ALREADY_EXISTS",
    "7, PERMISSION_DENIED",
    "8, RESOURCE_EXHAUSTED",
    "9, FAILED_PRECONDITION",
    "10, ABORTED",
    "11, OUT_OF_RANGE",
    "12, UNIMPLEMENTED",
    "13, INTERNAL",
    "14, UNAVAILABLE",
    "15, DATA_LOSS",
    "16, UNAUTHENTICATED",
    "0, UNKNOWN",
    "-1, UNKNOWN",
    "17, UNKNOWN"
  })
  void keepsTheGrpcCodeOfATextThatNobodyKnows(int grpcCode, Code code) {
    assertThat(Code.of(grpcCode, "etcdserver: something new")).isSameAs(code);
    assertThat(Code.of(grpcCode, "")).isSameAs(code);
    assertThat(Code.of(grpcCode, null)).isSameAs(code);
    assertThat(Code.of(grpcCode, "rpc error: code = something else")).isSameAs(code);
  }

  @Test
  void neverCallsAWriteRefusedForGoodWorthRepeating() {
    assertThat(Code.NO_LEADER.isTransient()).isTrue();
    assertThat(Code.NOT_SUPPORTED_FOR_LEARNER.isTransient()).isTrue();
    assertThat(Code.PERMISSION_DENIED.isTransient()).isFalse();
    assertThat(Code.COMPACTED.isTransient()).isFalse();
    assertThat(Code.NO_SPACE.isTransient()).isFalse();
  }
}
