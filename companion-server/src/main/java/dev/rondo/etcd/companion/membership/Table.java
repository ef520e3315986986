package dev.rondo.etcd.companion.membership;

import dev.rondo.etcd.wire.AlarmMember;
import dev.rondo.etcd.wire.AlarmResponse;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.MemberListResponse;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One state of the table; never changed.
 *
 * @param members by their ids, ascending as unsigned numbers
 * @param removed the ids of all that ever were members and are no longer
 * @param alarms by their type and then by their member
 */
record Table(
    SortedMap<Long, Member> members, SortedSet<Long> removed, SortedSet<AlarmMember> alarms) {

  Table {
    members = Collections.unmodifiableSortedMap(members);
    removed = Collections.unmodifiableSortedSet(removed);
    alarms = Collections.unmodifiableSortedSet(alarms);
  }

  static Table of(Collection<Member> members) {
    var byId = new TreeMap<Long, Member>(Long::compareUnsigned);
    members.forEach(member -> byId.put(member.getID(), member));
    return new Table(byId, new TreeSet<>(Long::compareUnsigned), noAlarms());
  }

  private static SortedSet<AlarmMember> noAlarms() {
    return new TreeSet<>(
        Comparator.comparing(AlarmMember::getAlarm)
            .thenComparing(AlarmMember::getMemberID, Long::compareUnsigned));
  }

  List<Member> list() {
    return List.copyOf(members.values());
  }

  /** Adds a member or replaces it. */
  Table with(Member member) {
    var changed = new TreeMap<>(members);
    changed.put(member.getID(), member);
    return new Table(changed, removed, alarms);
  }

  Table without(long id) {
    var changed = new TreeMap<>(members);
    changed.remove(id);
    var gone = new TreeSet<>(removed);
    gone.add(id);
    return new Table(changed, gone, alarms);
  }

  Table withAlarm(AlarmMember alarm) {
    var changed = new TreeSet<>(alarms);
    changed.add(alarm);
    return new Table(members, removed, changed);
  }

  Table withoutAlarm(AlarmMember alarm) {
    var changed = new TreeSet<>(alarms);
    changed.remove(alarm);
    return new Table(members, removed, changed);
  }

  void writeTo(OutputStream to) throws IOException {
    var out = new DataOutputStream(to);
    MemberListResponse.newBuilder().addAllMembers(members.values()).build().writeDelimitedTo(out);
    AlarmResponse.newBuilder().addAllAlarms(alarms).build().writeDelimitedTo(out);
    out.writeInt(removed.size());
    for (long id : removed) {
      out.writeLong(id);
    }
    out.flush();
  }

  /** Reads no further than {@link #writeTo} wrote. */
  static Table readFrom(InputStream from) throws IOException {
    var in = new DataInputStream(from);
    var members = MemberListResponse.newBuilder();
    var raised = AlarmResponse.newBuilder();
    if (!members.mergeDelimitedFrom(in) || !raised.mergeDelimitedFrom(in)) {
      throw new EOFException("the table of members ends early");
    }
    var alarms = noAlarms();
    alarms.addAll(raised.getAlarmsList());
    var removed = new TreeSet<Long>(Long::compareUnsigned);
    for (int ids = in.readInt(); ids > 0; ids--) {
      removed.add(in.readLong());
    }
    return new Table(of(members.getMembersList()).members, removed, alarms);
  }
}
