package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * Alarms that are raised, or that were disarmed.
 *
 * @param header where and when the answer was made
 * @param alarms none if all is well
 */
public record AlarmList(ResponseHeader header, List<Alarm> alarms) {
  /** Copies the list. */
  public AlarmList {
    alarms = List.copyOf(alarms);
  }
}
