package dev.rondo.etcd.testing.history;

import java.util.Random;

/** What becomes of a request on its way. */
enum Fate {
  /** It is answered. */
  ANSWERED,
  /** It is refused. */
  REFUSED,
  /** It never arrives, and the client cannot know. */
  LOST,
  /** It is done, but the answer is lost. */
  ANSWER_LOST,
  /** It is done some time after the client gave up. */
  LATE,
  /** It is done, but the client dies before it hears of it. */
  CLIENT_DIES;

  static Fate draw(Random random, double trouble) {
    return random.nextDouble() >= trouble
        ? ANSWERED
        : values()[1 + random.nextInt(values().length - 1)];
  }
}
