package dev.rondo.etcd.integration.differential;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Numbers in requests that stand for what is known only when the request is sent: {@code NOW-2} for
 * the revision two before the latest, {@code MEMBER_1} for the id of the second member, {@code
 * LEASE_0} for the first lease whose id was drawn by the server.
 *
 * <p>A program that loses a step while it shrinks so keeps its meaning.
 */
final class Symbols {
  private static final long NOW = 1L << 40;
  private static final long MEMBER = 1L << 41;
  private static final long LEASE = 1L << 42;
  private static final long REACH = 10_000;
  private static final Pattern NAME =
      Pattern.compile("\\bNOW([+-]\\d+)?|\\bMEMBER_(\\d+)|\\bLEASE_(\\d+)");
  private static final Pattern NUMBER = Pattern.compile("\\b\\d{13}\\b");

  private Symbols() {}

  /** Stands for a revision so many after the latest, or before it. */
  static long now(int offset) {
    return NOW + offset;
  }

  /** Stands for the id of a member, counted from 0 in the order in which they came. */
  static long member(int number) {
    return MEMBER + number;
  }

  /** Stands for the id of a lease, counted from 0 in the order in which they were granted. */
  static long lease(int number) {
    return LEASE + number;
  }

  static boolean isRevision(long value) {
    return Math.abs(value - NOW) < REACH;
  }

  static boolean isMember(long value) {
    return value >= MEMBER && value < MEMBER + REACH;
  }

  static boolean isLease(long value) {
    return value >= LEASE && value < LEASE + REACH;
  }

  /** Returns the revision that is meant, the first if there are not so many. */
  static long revision(long symbol, long now) {
    return Math.max(1, symbol - NOW + now);
  }

  /** Returns the number of the member that is meant. */
  static int memberNumber(long symbol) {
    return (int) (symbol - MEMBER);
  }

  /** Returns the number of the lease that is meant. */
  static int leaseNumber(long symbol) {
    return (int) (symbol - LEASE);
  }

  /** Writes names for the numbers in a text. */
  static String name(String text) {
    return NUMBER.matcher(text).replaceAll(Symbols::name);
  }

  private static String name(MatchResult found) {
    long value = Long.parseLong(found.group());
    if (isMember(value)) {
      return "MEMBER_" + memberNumber(value);
    }
    if (isLease(value)) {
      return "LEASE_" + leaseNumber(value);
    }
    if (isRevision(value)) {
      return value == NOW ? "NOW" : "NOW%+d".formatted(value - NOW);
    }
    return found.group();
  }

  /** Writes numbers for the names in a text. */
  static String number(String text) {
    return NAME.matcher(text).replaceAll(Symbols::number);
  }

  private static String number(MatchResult found) {
    if (found.group(2) != null) {
      return Long.toString(member(Integer.parseInt(found.group(2))));
    }
    if (found.group(3) != null) {
      return Long.toString(lease(Integer.parseInt(found.group(3))));
    }
    return Long.toString(now(found.group(1) == null ? 0 : Integer.parseInt(found.group(1))));
  }
}
