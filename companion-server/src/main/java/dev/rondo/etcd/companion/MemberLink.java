package dev.rondo.etcd.companion;

import java.time.Duration;

/** The link between two members of one JVM. */
record MemberLink(Faults faults, Journal journal, CompanionMember from, CompanionMember to)
    implements CompanionLink {
  @Override
  public void drop() {
    note("dropped");
    faults.drop(from.id(), to.id());
  }

  @Override
  public void delay(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay must not be negative, was " + delay);
    }
    note("delayed by " + delay);
    faults.delay(from.id(), to.id(), delay);
  }

  @Override
  public void heal() {
    note("healed");
    faults.heal(from.id(), to.id());
  }

  private void note(String what) {
    journal.note(from.name() + " -> " + to.name(), what);
  }
}
