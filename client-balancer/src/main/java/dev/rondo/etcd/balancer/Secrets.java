package dev.rondo.etcd.balancer;

import dev.rondo.etcd.balancer.internal.Passwords;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;

/** What a connection proves with who its user is. Shows nothing of itself. */
sealed interface Secrets {
  /** What this is, for messages. */
  String name();

  /** Returns where a new connection has its token from. */
  TokenSource open(GrpcCalls login);

  /** A user's name and password. */
  final class OfUser implements Secrets {
    private final String user;
    private final byte[] password;

    OfUser(String user, char[] password) {
      if (user.isEmpty()) {
        throw new IllegalArgumentException("user must have at least one character, was empty");
      }
      this.user = user;
      this.password = Passwords.encoded(password);
    }

    @Override
    public String name() {
      return "the password";
    }

    @Override
    public TokenSource open(GrpcCalls login) {
      return new Login(
          new UserPassword(login, user, password),
          login.scheduler(),
          System::nanoTime,
          InstantSource.system(),
          () -> ThreadLocalRandom.current().nextDouble());
    }
  }

  /** A token from elsewhere. */
  final class OfToken implements Secrets {
    private final String text;

    OfToken(String text) {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("token must have at least one character, was empty");
      }
      if (text.chars().anyMatch(letter -> letter <= ' ' || letter > '~')) {
        throw new IllegalArgumentException(
            "token must consist of visible ASCII characters, and has another one");
      }
      this.text = text;
    }

    @Override
    public String name() {
      return "the token";
    }

    @Override
    public TokenSource open(GrpcCalls login) {
      return new FixedToken(text);
    }
  }
}
