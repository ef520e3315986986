package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.companion.membership.Members;
import dev.rondo.etcd.wire.AlarmMember;
import dev.rondo.etcd.wire.AlarmRequest;
import dev.rondo.etcd.wire.AlarmResponse;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.MemberAddResponse;
import dev.rondo.etcd.wire.MemberPromoteRequest;
import dev.rondo.etcd.wire.MemberPromoteResponse;
import dev.rondo.etcd.wire.MemberRemoveRequest;
import dev.rondo.etcd.wire.MemberRemoveResponse;
import dev.rondo.etcd.wire.MemberUpdateRequest;
import dev.rondo.etcd.wire.MemberUpdateResponse;
import java.util.List;

/** Applies changes of the table of members and of alarms. For the applying thread. */
final class MemberChanges {
  private final Members table;
  private final Headers headers;
  private final Removal removal;

  MemberChanges(Members table, Headers headers, Removal removal) {
    this.table = table;
    this.headers = headers;
    this.removal = removal;
  }

  MemberAddResponse add(Member member) {
    return MemberAddResponse.newBuilder()
        .addAllMembers(table.add(member))
        .setMember(member)
        .setHeader(headers.withoutRevision())
        .build();
  }

  MemberRemoveResponse remove(MemberRemoveRequest request) {
    var left = table.remove(request.getID());
    removal.removed(request.getID());
    return MemberRemoveResponse.newBuilder()
        .addAllMembers(left)
        .setHeader(headers.withoutRevision())
        .build();
  }

  MemberUpdateResponse update(MemberUpdateRequest request) {
    return MemberUpdateResponse.newBuilder()
        .addAllMembers(table.update(request.getID(), request.getPeerURLsList()))
        .setHeader(headers.withoutRevision())
        .build();
  }

  MemberPromoteResponse promote(MemberPromoteRequest request) {
    return MemberPromoteResponse.newBuilder()
        .addAllMembers(table.promote(request.getID()))
        .setHeader(headers.withoutRevision())
        .build();
  }

  Member publish(Member member) {
    table.publish(member.getID(), member.getName(), member.getClientURLsList());
    return member;
  }

  AlarmResponse alarm(AlarmRequest request) {
    var type = request.getAlarm();
    long member = request.getMemberID();
    var alarms =
        switch (request.getAction()) {
          case GET -> table.alarms(type);
          case ACTIVATE -> table.activate(member, type);
          case DEACTIVATE -> table.deactivate(member, type);
          case UNRECOGNIZED -> List.<AlarmMember>of();
        };
    return AlarmResponse.newBuilder().addAllAlarms(alarms).setHeader(headers.now()).build();
  }
}
