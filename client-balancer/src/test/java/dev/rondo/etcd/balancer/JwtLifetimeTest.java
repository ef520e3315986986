package dev.rondo.etcd.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtLifetimeTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

  private static String jwt(String claims) {
    return "e30."
        + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(UTF_8))
        + ".c2lnbmF0dXJl";
  }

  private static Optional<Duration> lifetime(String claims) {
    return JwtLifetime.of(jwt(claims), NOW);
  }

  @Test
  void countsFromTheIssueIfThatIsSaid() {
    assertThat(lifetime("{\"exp\":1000300,\"iat\":1000000}")).contains(Duration.ofMinutes(5));
  }

  @Test
  void countsFromNowIfTheIssueIsNotSaid() {
    assertThat(lifetime("{\"exp\":1700000005,\"revision\":12,\"username\":\"root\"}"))
        .contains(Duration.ofSeconds(5));
  }

  @Test
  void takesFractionsSpaceAndPadding() {
    String claims = " { \"sub\" : \"a\\\"b,}\" ,\n\t\"exp\" : 1.7000000025e9 } ";
    String padded = "e30." + Base64.getUrlEncoder().encodeToString(claims.getBytes(UTF_8)) + ".";

    assertThat(JwtLifetime.of(padded, NOW)).contains(Duration.ofMillis(2500));
  }

  @Test
  void isNotMisledByWhatStandsInsideOtherClaims() {
    assertThat(
            lifetime(
                "{\"a\":{\"exp\":1,\"b\":[{\"iat\":2},\"]}\"]},\"exp\":1700000009,\"c\":\"\\\"exp\\\":3\"}"))
        .contains(Duration.ofSeconds(9));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "17",
        "null",
        "{\"exp\":null}",
        "{\"exp\":\"1700000005\"}",
        "{\"exp\":[1700000005]}",
        "{\"exp\":1700000005",
        "{\"exp\":1700000005}}",
        "{\"exp\":1700000005,}",
        "{\"exp\" 1700000005}",
        "{\"exp\":}",
        "{\"exp\":,\"iat\":1}",
        "{\"exp\":NaN}",
        "{\"exp\":1e999}",
        "{\"exp\":1e300}",
        "{\"exp\":1700000000}",
        "{\"exp\":1}",
        "{\"exp\":1000,\"iat\":1001}",
        "{\"iat\":1000}",
        "{\"exp\\",
        "{\"exp"
      })
  void knowsNothingOfTokensThatSayNothingOrNonsense(String claims) {
    assertThat(lifetime(claims)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "...", "aBcDeFgHiJkLmNoP.12", "a.!!!.c", "a.e30.c.d"})
  void knowsNothingOfOtherTokens(String token) {
    assertThat(JwtLifetime.of(token, NOW)).isEmpty();
  }

  @Property
  void survivesAnyText(
      @ForAll @StringLength(max = 60) @CharRange(from = ' ', to = '~') String inner) {
    assertThat(lifetime("{\"exp\":" + inner)).isNotNull();
    assertThat(lifetime(inner)).isNotNull();
    assertThat(JwtLifetime.of(inner, NOW)).isNotNull();
  }
}
