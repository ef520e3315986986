package dev.rondo.etcd.integration.differential;

import java.util.List;
import java.util.stream.Collectors;

/** Requests that are made one after the other, written with one on each line. */
record Program(List<Step> steps) {
  Program {
    steps = List.copyOf(steps);
  }

  static Program parse(String lines) {
    return new Program(
        lines.lines().map(String::strip).filter(line -> !line.isEmpty()).map(Step::parse).toList());
  }

  @Override
  public String toString() {
    return steps.stream().map(step -> "\n  " + step).collect(Collectors.joining()) + "\n";
  }
}
