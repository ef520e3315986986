package dev.rondo.etcd.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallSettingsTest {
  @Test
  void takesTenSecondsAndRepeatsNoWriteByDefault() {
    assertThat(CallSettings.DEFAULT).hasToString("CallSettings[timeout=PT10S, idempotent=false]");
    assertThat(CallSettings.builder().build().timeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void changesWhatIsSaidAndKeepsTheRest() {
    CallSettings repeating = CallSettings.DEFAULT.with(call -> call.idempotent(true));

    CallSettings patient = repeating.with(call -> call.timeout(Duration.ofMinutes(1)));

    assertThat(patient.isIdempotent()).isTrue();
    assertThat(patient.timeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(repeating.timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(CallSettings.DEFAULT.isIdempotent()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0.000999999S", "PT0S", "PT-1S", "PT8760H0.000000001S"})
  void refusesATimeoutOutOfBounds(Duration timeout) {
    assertThatThrownBy(() -> CallSettings.builder().timeout(timeout))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must be between PT0.001S and PT8760H, was " + timeout);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0.001S", "PT8760H"})
  void takesATimeoutAtTheBounds(Duration timeout) {
    assertThat(CallSettings.builder().timeout(timeout).build().timeout()).isEqualTo(timeout);
  }
}
