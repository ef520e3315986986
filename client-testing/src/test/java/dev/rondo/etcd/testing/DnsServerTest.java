package dev.rondo.etcd.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DnsServerTest {
  private static final int A = 1;
  private static final int SRV = 33;
  private static final int NO_SUCH_NAME = 3;
  private static final int REFUSED = 5;

  /** What a server said: its code, how many records, and all in hexadecimal. */
  private record Answer(int code, int records, String bytes) {}

  private static Answer ask(DnsServer server, String name, int type) throws IOException {
    var question = new ByteArrayOutputStream();
    var out = new DataOutputStream(question);
    for (int header : new int[] {7, 0x100, 1, 0, 0, 0}) {
      out.writeShort(header);
    }
    for (var label : name.split("\\.", -1)) {
      out.writeByte(label.length());
      out.writeBytes(label);
    }
    out.writeByte(0);
    out.writeShort(type);
    out.writeShort(1);
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(500);
      socket.send(new DatagramPacket(question.toByteArray(), question.size(), server.address()));
      var answer = new DatagramPacket(new byte[1500], 1500);
      socket.receive(answer);
      var bytes = ByteBuffer.wrap(answer.getData());
      return new Answer(
          bytes.get(3) & 0xf,
          bytes.getShort(6),
          HexFormat.of().formatHex(answer.getData(), 0, answer.getLength()));
    }
  }

  @Test
  void answersWithWhatItWasGiven() throws IOException {
    var records =
        new DnsRecords()
            .host("a.test", "127.0.0.1", "127.0.0.2")
            .service("_etcd-client._tcp.test", 1, 2, 2379, "a.test");
    try (var server = DnsServer.start(records)) {
      assertThat(ask(server, "a.test", A))
          .extracting(Answer::code, Answer::records)
          .containsExactly(0, 2);
      var service = ask(server, "_etcd-client._tcp.test", SRV);
      assertThat(service.records()).isEqualTo(1);
      assertThat(service.bytes()).contains("0001" + "0002" + "094b" + "0161");
      assertThat(ask(server, "b.test", A).code()).isEqualTo(NO_SUCH_NAME);
      assertThat(ask(server, "example.com", A).code()).isEqualTo(REFUSED);
      assertThat(server.servicesAsked("_etcd-client._tcp.test")).isEqualTo(1);
    }
  }

  @Test
  void changesItsRecords() throws IOException {
    try (var server = DnsServer.start(new DnsRecords())) {
      assertThat(ask(server, "a.test", A).code()).isEqualTo(NO_SUCH_NAME);

      server.records(new DnsRecords().host("a.test", "127.0.0.1"));
      assertThat(ask(server, "a.test", A).records()).isEqualTo(1);

      server.records(DnsRecords.refusingAll());
      assertThat(ask(server, "a.test", A).code()).isEqualTo(REFUSED);
    }
  }

  @Test
  void saysNothingWhileFrozen() throws IOException {
    try (var server = DnsServer.start(new DnsRecords().host("a.test", "127.0.0.1"))) {
      server.pause();
      assertThatThrownBy(() -> ask(server, "a.test", A)).isInstanceOf(SocketTimeoutException.class);

      server.resume();
      assertThat(ask(server, "a.test", A).records()).isEqualTo(1);
    }
  }
}
