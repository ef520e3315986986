package dev.rondo.etcd.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.testing.FakeTime;
import io.grpc.Metadata;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The token of a user, with fake time and a desk that answers when the test says so. */
class LoginTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

  private final FakeTime time = new FakeTime();
  private final Desk desk = new Desk();
  private final Login login = new Login(desk, time, time::nanoTime, () -> NOW, () -> 0);

  /** A token that lives for some seconds, counted from when it was issued long ago. */
  private static String jwt(long lifetime) {
    String claims = "{\"iat\":1000,\"exp\":" + (1000 + lifetime) + "}";
    return "e30." + Base64.getUrlEncoder().encodeToString(claims.getBytes(UTF_8)) + ".c2ln";
  }

  private static EtcdException failure(Code code) {
    return new EtcdException(
        code, WriteOutcome.NOT_APPLIED, new EtcdException.Call("login", null, 1), "no", null);
  }

  /** What a call that carries the token shows. */
  private static String shown(Token token) {
    Metadata headers = new Metadata();
    token.addTo(headers);
    return headers.get(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER));
  }

  private Token loggedIn(String text) {
    var token = login.next();
    desk.answer(text);
    return token.join();
  }

  @Test
  void nobodyLogsInBeforeATokenIsWanted() {
    assertThat(login.current()).isNull();
    assertThat(desk.asked).isEmpty();
  }

  @Test
  void allWhoWaitShareOneLogin() {
    var first = login.next();
    var second = login.next();
    var third = login.next();

    second.cancel(true);
    desk.answer("t1");

    assertThat(desk.asked).hasSize(1);
    assertThat(first.join()).isSameAs(third.join()).isSameAs(login.current());
    assertThat(shown(first.join())).isEqualTo("t1");
    assertThat(login.next().join()).isSameAs(first.join());
  }

  @Test
  void aRefusedTokenIsRenewedOnceForAll() {
    Token old = loggedIn("t1");
    time.advance(Duration.ofSeconds(1));

    assertThat(login.refused(old)).isTrue();
    assertThat(login.current()).isNull();
    var next = login.next();
    login.refused(old);
    var another = login.next();
    desk.answer("t2");

    assertThat(desk.asked).hasSize(2);
    assertThat(shown(next.join())).isEqualTo("t2");
    assertThat(another.join()).isSameAs(next.join());
  }

  @Test
  void theLateRefusalOfAnOldTokenLeavesTheNewOne() {
    Token old = loggedIn("same");
    time.advance(Duration.ofSeconds(1));
    login.refused(old);
    Token fresh = loggedIn("same");

    assertThat(login.refused(old)).isTrue();

    assertThat(login.current()).isSameAs(fresh);
    assertThat(desk.asked).hasSize(2);
  }

  @Test
  void loginsKeepTheirDistance() {
    login.refused(loggedIn("t1"));

    var next = login.next();
    time.advance(Duration.ofMillis(99));
    assertThat(desk.asked).hasSize(1);
    time.advance(Duration.ofMillis(1));

    assertThat(desk.asked).hasSize(2);
    desk.answer("t2");
    assertThat(shown(next.join())).isEqualTo("t2");
  }

  @Test
  void aRefusedLoginFailsAllWhoWaitAndThoseWhoComeWithinHalfASecond() {
    var first = login.next();
    var second = login.next();
    EtcdException refusal = failure(Code.AUTH_FAILED);
    desk.fail(refusal);

    for (var waiting : List.of(first, second, login.next())) {
      assertThatThrownBy(waiting::join).hasRootCause(refusal);
    }
    time.advance(Duration.ofMillis(499));
    assertThat(login.next()).isCompletedExceptionally();
    assertThat(desk.asked).hasSize(1);
    time.advance(Duration.ofMillis(1));

    assertThat(shown(loggedIn("t1"))).isEqualTo("t1");
    assertThat(desk.asked).hasSize(2);
  }

  @Test
  void aLoginThatNobodyAnsweredIsRepeatedByTheNextWhoComes() {
    for (Code code : List.of(Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED)) {
      var waiting = login.next();
      desk.fail(failure(code));
      assertThat(waiting).isCompletedExceptionally();
      time.advance(Duration.ofMillis(100));
    }

    var waiting = login.next();

    assertThat(desk.asked).hasSize(3);
    assertThat(waiting).isNotDone();
  }

  @Test
  void goesOnWithoutATokenWhereAuthIsOffUntilOneIsWanted() {
    var waiting = login.next();
    desk.fail(failure(Code.AUTH_NOT_ENABLED));
    Token none = waiting.join();

    assertThat(shown(none)).isNull();
    assertThat(login.current()).isSameAs(none);
    time.advance(Duration.ofSeconds(1));
    login.refused(none);

    assertThat(shown(loggedIn("t1"))).isEqualTo("t1");
  }

  @Test
  void aTokenThatTellsItsLifetimeIsRenewedShortlyBeforeWithoutAnybodyWaiting() {
    Token old = loggedIn(jwt(300));
    shown(old);

    time.advance(Duration.ofSeconds(269));
    assertThat(desk.asked).hasSize(1);
    time.advance(Duration.ofSeconds(1));

    assertThat(desk.asked).hasSize(2);
    assertThat(login.current()).isSameAs(old);
    desk.answer(jwt(300));
    assertThat(login.current()).isNotSameAs(old).isNotNull();
    shown(Objects.requireNonNull(login.current()));
    time.advance(Duration.ofSeconds(270));
    assertThat(desk.asked).hasSize(3);
  }

  @Test
  void aRenewalThatFailsLeavesTheTokenUntilItIsRefused() {
    Token old = loggedIn(jwt(300));
    shown(old);
    time.advance(Duration.ofSeconds(270));
    desk.fail(failure(Code.AUTH_FAILED));

    assertThat(login.current()).isSameAs(old);
    login.refused(old);

    assertThatThrownBy(login.next()::join).hasRootCauseInstanceOf(EtcdException.class);
  }

  @Test
  void aRenewalIsSharedWithThoseWhoseTokenIsRefusedMeanwhile() {
    Token old = loggedIn(jwt(300));
    shown(old);
    time.advance(Duration.ofSeconds(270));

    login.refused(old);
    var waiting = login.next();
    desk.answer("t2");

    assertThat(shown(waiting.join())).isEqualTo("t2");
    assertThat(desk.asked).hasSize(2);
  }

  @Test
  void aTokenThatNobodyUsesIsDroppedInsteadOfRenewed() {
    loggedIn(jwt(300));

    time.advance(Duration.ofSeconds(270));

    assertThat(login.current()).isNull();
    assertThat(desk.asked).hasSize(1);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void tokensThatTellNoLifetimeOrAVeryShortOneAreRenewedWhenTheyAreRefused() {
    shown(loggedIn("opaque.17"));
    assertThat(time.waiting()).isZero();
    time.advance(Duration.ofSeconds(1));
    login.refused(Objects.requireNonNull(login.current()));

    shown(loggedIn(jwt(1)));

    assertThat(time.waiting()).isZero();
  }

  @Test
  void aNewTokenPutsAnEndToTheRenewalOfTheOldOne() {
    Token old = loggedIn(jwt(300));
    shown(old);
    time.advance(Duration.ofSeconds(1));
    login.refused(old);
    shown(loggedIn("opaque"));

    time.advance(Duration.ofMinutes(10));

    assertThat(desk.asked).hasSize(2);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void closingFailsThoseWhoWaitWipesTheSecretsAndStopsRenewing() {
    shown(loggedIn(jwt(300)));
    time.advance(Duration.ofSeconds(1));
    login.refused(Objects.requireNonNull(login.current()));
    var waiting = login.next();

    login.close();
    desk.answer("late");

    assertThatThrownBy(waiting::join).hasRootCauseInstanceOf(CancellationException.class);
    assertThat(desk.isClosed).isTrue();
    assertThat(login.current()).isNull();
    assertThat(login.next()).isCompletedExceptionally();
    assertThat(time.waiting()).isZero();
  }

  /** Where the test answers. */
  private static final class Desk implements Login.Desk {
    private final List<CompletableFuture<String>> asked = new ArrayList<>();
    private boolean isClosed;

    @Override
    public CompletableFuture<String> ask() {
      CompletableFuture<String> answer = new CompletableFuture<>();
      asked.add(answer);
      return answer;
    }

    void answer(String token) {
      asked.get(asked.size() - 1).complete(token);
    }

    void fail(EtcdException failure) {
      asked.get(asked.size() - 1).completeExceptionally(failure);
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }
}
