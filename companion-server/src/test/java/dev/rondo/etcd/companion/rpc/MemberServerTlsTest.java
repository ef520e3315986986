package dev.rondo.etcd.companion.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.testing.CertificateFiles;
import dev.rondo.etcd.testing.Certificates;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import io.grpc.Channel;
import io.grpc.netty.GrpcSslContexts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MemberServerTlsTest {
  private static Certificates certificates;
  private static Certificates foreign;
  private TestServer ours;

  @BeforeAll
  static void createCertificates() {
    certificates = Certificates.create();
    foreign = Certificates.create();
  }

  @AfterAll
  static void deleteCertificates() {
    certificates.close();
    foreign.close();
  }

  @AfterEach
  void stop() throws Exception {
    if (ours != null) {
      ours.close();
    }
  }

  @Test
  void servesClientsThatTrustItsCa() throws Exception {
    ours = TestServer.start(tls(Optional.empty()));

    assertServes(client(certificates.ca(), null));
  }

  @Test
  void servesClientsWithACertificateWhereOneIsNeeded() throws Exception {
    ours = TestServer.start(tls(Optional.of(certificates.ca())));

    assertServes(client(certificates.ca(), certificates.client()));
  }

  @Test
  void refusesClientsWithoutACertificateWhileOthersGoOn() throws Exception {
    ours = TestServer.start(tls(Optional.of(certificates.ca())));
    var good = client(certificates.ca(), certificates.client());
    assertServes(good);

    assertRefused(client(certificates.ca(), null));

    assertServes(good);
  }

  @Test
  void refusesClientsWithAForeignCertificateWhileOthersGoOn() throws Exception {
    ours = TestServer.start(tls(Optional.of(certificates.ca())));
    var good = client(certificates.ca(), certificates.client());
    assertServes(good);

    assertRefused(client(certificates.ca(), foreign.client()));

    assertServes(good);
  }

  @Test
  void servesNobodyWithoutTls() throws Exception {
    ours = TestServer.start(tls(Optional.empty()));

    assertRefused(ours.client());

    assertServes(client(certificates.ca(), null));
  }

  @Test
  void isSilentInHandshakesToo() throws Exception {
    ours = TestServer.start(tls(Optional.empty()));
    ours.server.pause();

    var held = KVGrpc.newFutureStub(client(certificates.ca(), null)).put(put());
    assertThatThrownBy(() -> held.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    ours.server.resume();

    assertThat(held.get(10, TimeUnit.SECONDS)).isEqualTo(PutResponse.getDefaultInstance());
  }

  @Test
  void saysThatACertificateIsNone() throws Exception {
    var member = certificates.member(0);
    var swapped = ServerTls.read(member.key(), member.certificate(), Optional.empty());

    assertThatThrownBy(swapped::context)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("cannot serve TLS with this certificate, key or client CA: ");
    assertThat(swapped.toString()).doesNotContain(Files.readString(member.key()));
  }

  private static ServerTls tls(Optional<Path> clientCa) {
    var member = certificates.member(0);
    return ServerTls.read(member.certificate(), member.key(), clientCa);
  }

  private Channel client(Path ca, @Nullable CertificateFiles certificate) throws Exception {
    var context = GrpcSslContexts.forClient().trustManager(ca.toFile());
    if (certificate != null) {
      context.keyManager(certificate.certificate().toFile(), certificate.key().toFile());
    }
    return ours.closing(ours.clientBuilder().sslContext(context.build()).build());
  }

  private static PutRequest put() {
    return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build();
  }

  private static void assertServes(Channel channel) {
    assertThatCode(() -> send(channel)).doesNotThrowAnyException();
  }

  private static void assertRefused(Channel channel) {
    assertThatThrownBy(() -> send(channel)).hasMessageStartingWith("UNAVAILABLE");
  }

  private static void send(Channel channel) {
    KVGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS).put(put());
  }
}
