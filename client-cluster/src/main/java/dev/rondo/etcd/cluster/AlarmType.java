package dev.rondo.etcd.cluster;

/**
 * What an alarm is about.
 *
 * @param number the number that etcd gave it; one that is not named here comes from a newer server
 */
public record AlarmType(int number) {
  /**
   * The backend has reached its quota: writes are refused until space is made and this disarmed.
   */
  public static final AlarmType NOSPACE = new AlarmType(1);

  /** The data of the members differ: reads and writes are refused. */
  public static final AlarmType CORRUPT = new AlarmType(2);

  /** The name that etcd gave it, or its number where that is unknown. */
  @Override
  public String toString() {
    return switch (number) {
      case 1 -> "NOSPACE";
      case 2 -> "CORRUPT";
      default -> Integer.toString(number);
    };
  }
}
