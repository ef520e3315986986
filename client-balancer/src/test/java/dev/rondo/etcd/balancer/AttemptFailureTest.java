package dev.rondo.etcd.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.balancer.channel.Attempt;
import dev.rondo.etcd.balancer.channel.Reach;
import dev.rondo.etcd.balancer.channel.Route;
import io.grpc.Status;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What gRPC's statuses mean: the texts are its own, as they were seen. */
class AttemptFailureTest {
  private static AttemptFailure failure(Status status) {
    return AttemptFailure.of(
        status, new Attempt(new Route(Reach.ANY, 0, Set.of(), null), Attempt.Kind.READ));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UNAVAILABLE|io exception|UNAVAILABLE",
        "UNKNOWN|HTTP status code 200; missing content-type in response headers|UNAVAILABLE",
        "UNKNOWN|HTTP status code 200; invalid content-type: text/html|NOT_ETCD",
        "UNAVAILABLE|etcdserver: no leader|NO_LEADER",
        "CANCELLED|RST_STREAM closed stream. HTTP/2 error code: CANCEL|UNAVAILABLE",
        "CANCELLED|the caller cancelled the call|CANCELLED",
        "CANCELLED|Failed to read message.|MALFORMED_ANSWER",
        "RESOURCE_EXHAUSTED|gRPC message exceeds maximum size 4: 5|ANSWER_TOO_LARGE",
        "RESOURCE_EXHAUSTED|Connection closed after GOAWAY. HTTP/2 error code: ENHANCE_YOUR_CALM|UNAVAILABLE",
        "UNIMPLEMENTED|HTTP status code 404|NOT_ETCD",
        "INTERNAL|HTTP status code 200; invalid content-type: text/html|NOT_ETCD",
        "UNKNOWN|anything else|UNKNOWN"
      })
  void findsTheCode(Status.Code code, String text, Code expected) {
    assertThat(failure(code.toStatus().withDescription(text)).code()).isEqualTo(expected);
  }

  @Test
  void aConnectionThatIsClosedWhileTheCallIsWrittenIsCutOff() {
    Status closed =
        Status.UNKNOWN.withDescription("channel closed").withCause(new ClosedChannelException());

    assertThat(failure(closed).code()).isEqualTo(Code.UNAVAILABLE);
  }

  @Test
  void anAttemptThatNoTransportWasGivenWasNeverSent() {
    assertThat(failure(Status.UNAVAILABLE.withDescription("io exception")).wasNeverSent()).isTrue();
    assertThat(failure(Status.DEADLINE_EXCEEDED).wasNeverSent()).isTrue();
  }
}
