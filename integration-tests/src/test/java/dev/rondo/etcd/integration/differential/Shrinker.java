package dev.rondo.etcd.integration.differential;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Makes a failing program small: first without steps that do not matter, then without what does not
 * matter in the requests.
 *
 * <p>jqwik's own shrinking takes steps from the ends of a list only, and ends with many that do not
 * matter.
 */
final class Shrinker {
  private final Predicate<Program> fails;

  Shrinker(Predicate<Program> fails) {
    this.fails = fails;
  }

  /** Returns a program that fails as well, and of which nothing can be left out. */
  Program shrink(Program failing) {
    var smallest = failing;
    for (var next = Optional.of(failing); next.isPresent(); next = simpler(smallest)) {
      smallest = withoutSteps(next.get());
    }
    return smallest;
  }

  private Program withoutSteps(Program failing) {
    var steps = failing.steps();
    for (int size = Math.max(1, steps.size() / 2); size > 0; size /= 2) {
      for (int end = steps.size(); end > 0; end -= size) {
        var fewer = new ArrayList<>(steps);
        fewer.subList(Math.max(0, end - size), end).clear();
        if (fails.test(new Program(fewer))) {
          steps = fewer;
        }
      }
    }
    return new Program(steps);
  }

  /** Returns the program with one simpler request, if it still fails with one. */
  private Optional<Program> simpler(Program failing) {
    for (int i = 0; i < failing.steps().size(); i++) {
      var step = failing.steps().get(i);
      for (var request : simpler(step.request())) {
        var steps = new ArrayList<>(failing.steps());
        steps.set(i, new Step(step.member(), step.method(), request));
        var program = new Program(steps);
        if (fails.test(program)) {
          return Optional.of(program);
        }
      }
    }
    return Optional.empty();
  }

  /** Returns what a message is with one thing less. */
  private static List<Message> simpler(Message message) {
    var simpler = new ArrayList<Message>();
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              simpler.add(message.toBuilder().clearField(field).build());
              if (value instanceof List<?> values) {
                simpler.addAll(withSimplerElements(message, field, values));
              } else if (value instanceof Message inner) {
                simpler(inner)
                    .forEach(one -> simpler.add(message.toBuilder().setField(field, one).build()));
              }
            });
    return simpler;
  }

  private static List<Message> withSimplerElements(
      Message message, FieldDescriptor field, List<?> values) {
    var simpler = new ArrayList<Message>();
    for (int i = 0; i < values.size(); i++) {
      var fewer = new ArrayList<Object>(values);
      fewer.remove(i);
      simpler.add(message.toBuilder().setField(field, fewer).build());
      if (values.get(i) instanceof Message inner) {
        for (var one : simpler(inner)) {
          simpler.add(message.toBuilder().setRepeatedField(field, i, one).build());
        }
      }
    }
    return simpler;
  }
}
