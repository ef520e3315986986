package dev.rondo.etcd.companion.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.testing.FakeTime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever is done to a lessor, it answers as one does that keeps no agenda. */
class LessorPropertyTest {
  private enum Kind {
    GRANT,
    REVOKE,
    ATTACH,
    DETACH,
    CHECKPOINT,
    RENEW,
    ADVANCE,
    EXPIRE,
    CHECKPOINTS_DUE,
    LEAD,
    RESIGN,
    RELOAD
  }

  /** A step; what the number means depends on the kind. */
  private record Step(Kind kind, long id, int number) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    var kinds =
        Arbitraries.frequency(
            Tuple.of(4, Kind.GRANT),
            Tuple.of(1, Kind.REVOKE),
            Tuple.of(2, Kind.ATTACH),
            Tuple.of(1, Kind.DETACH),
            Tuple.of(1, Kind.CHECKPOINT),
            Tuple.of(4, Kind.RENEW),
            Tuple.of(6, Kind.ADVANCE),
            Tuple.of(3, Kind.EXPIRE),
            Tuple.of(2, Kind.CHECKPOINTS_DUE),
            Tuple.of(2, Kind.LEAD),
            Tuple.of(1, Kind.RESIGN),
            Tuple.of(1, Kind.RELOAD));
    return Combinators.combine(
            kinds, Arbitraries.longs().between(1, 5), Arbitraries.integers().between(0, 29))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }

  @Property(tries = 2_000)
  void answersAsANaiveLessorDoes(@ForAll("steps") List<Step> steps) {
    var pair = new Pair();
    for (Step step : steps) {
      pair.take(step);
      pair.compareAll();
    }
  }

  private static final class Pair {
    private final FakeTime time = new FakeTime();
    private final Lessor real =
        new Lessor(
            time::nanoTime,
            NaiveLessor.MIN_TTL,
            NaiveLessor.CHECKPOINT_INTERVAL,
            NaiveLessor.RETRY_INTERVAL);
    private final NaiveLessor naive = new NaiveLessor();

    void take(Step step) {
      long id = step.id;
      int number = step.number;
      switch (step.kind) {
        case GRANT -> compare(() -> real.grant(id, number), naive.grant(id, number));
        case REVOKE -> compare(() -> real.revoke(id), naive.revoke(id));
        case ATTACH -> compare(() -> attach(id, key(number)), naive.attach(id, key(number)));
        case DETACH -> {
          real.detach(id, key(number));
          naive.detach(id, key(number));
        }
        case CHECKPOINT -> {
          real.checkpoint(id, number);
          naive.checkpoint(id, number);
        }
        case RENEW -> compare(() -> real.renew(id), naive.renew(id));
        case ADVANCE -> advance(Duration.ofMillis(number * 250L));
        case EXPIRE -> assertThat(real.expired(number)).isEqualTo(naive.expired(number));
        case CHECKPOINTS_DUE ->
            assertThat(real.checkpointsDue(Integer.MAX_VALUE)).isEqualTo(naive.checkpointsDue());
        case LEAD -> {
          var extension = Duration.ofMillis(number * 100L);
          real.becomeLeader(extension);
          naive.becomeLeader(extension);
        }
        case RESIGN -> resign();
        case RELOAD -> reload();
      }
    }

    private void advance(Duration step) {
      time.advance(step);
      naive.advance(step);
    }

    private String attach(long id, ByteString key) {
      real.attach(id, key);
      return "";
    }

    private void resign() {
      real.resign();
      naive.resign();
    }

    /** A snapshot of itself must change nothing but that it does not lead. */
    private void reload() {
      resign();
      real.becomeLeader(Duration.ZERO);
      var keys = real.ids().stream().map(id -> real.times(id).orElseThrow()).toList();
      try {
        var bytes = new ByteArrayOutputStream();
        real.save().writeTo(bytes);
        real.load(new ByteArrayInputStream(bytes.toByteArray()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      keys.forEach(lease -> lease.keys().forEach(key -> real.attach(lease.id(), key)));
    }

    void compareAll() {
      assertThat(real.ids()).isEqualTo(naive.ids());
      for (long id = 1; id <= 5; id++) {
        long lease = id;
        compare(() -> real.times(lease), naive.times(lease));
      }
    }

    private static void compare(Supplier<Object> real, Object naive) {
      assertThat(answer(real)).isEqualTo(naive);
    }

    private static Object answer(Supplier<Object> call) {
      try {
        return call.get();
      } catch (EtcdErrorException refusal) {
        return refusal.error();
      }
    }

    private static ByteString key(int number) {
      return ByteString.copyFromUtf8("key " + number % 4);
    }
  }
}
