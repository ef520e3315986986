package dev.rondo.etcd.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.balancer.ConnectionEvent.CredentialsReloaded;
import dev.rondo.etcd.balancer.channel.CredentialBundle;
import dev.rondo.etcd.testing.CertificateFiles;
import dev.rondo.etcd.testing.Certificates;
import dev.rondo.etcd.testing.FakeTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which changes of files are taken, and when, in fake time. */
class CredentialWatchTest {
  private static final Certificates CERTIFICATES = Certificates.create();
  private static final CertificateFiles OLD = CERTIFICATES.client("old");
  private static final CertificateFiles NEW = CERTIFICATES.client("new");
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final char[] PASSWORD = OpenSsl.PASSWORD.toCharArray();

  private final FakeTime time = new FakeTime();
  private final List<ConnectionEvent> events = new ArrayList<>();
  private final PrintStream console = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  @TempDir private Path folder;

  @AfterEach
  void giveConsoleBack() {
    System.setErr(console);
  }

  @AfterAll
  static void deleteCertificates() {
    CERTIFICATES.close();
  }

  private Path copy(Path from, String name) throws IOException {
    return Files.copy(from, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private Tls old() throws IOException {
    return Tls.builder()
        .trust(copy(CERTIFICATES.ca(), "ca.pem"))
        .identity(copy(OLD.certificate(), "client.pem"), copy(OLD.key(), "client.key"))
        .build();
  }

  private void watch(Tls tls) {
    System.setErr(new PrintStream(log, true, UTF_8));
    CredentialBundle bundle = tls.bundle();
    new CredentialWatch(
            tls, bundle, tls.reloadEvery().orElseThrow(), time, Runnable::run, events::add)
        .start();
  }

  private List<String> warnings() {
    return log.toString(UTF_8).lines().filter(line -> line.contains("WARN")).toList();
  }

  private static String subject(ConnectionEvent event) {
    return ((CredentialsReloaded) event).identity().orElseThrow().subject();
  }

  @Test
  void anotherPairIsTakenAtTheNextLookAndTold() throws IOException {
    watch(old());
    copy(NEW.certificate(), "client.pem");
    copy(NEW.key(), "client.key");

    time.advance(INTERVAL.minusMillis(1));
    assertThat(events).isEmpty();
    time.advance(Duration.ofMillis(1));

    assertThat(events)
        .singleElement()
        .isInstanceOfSatisfying(
            CredentialsReloaded.class,
            event -> {
              assertThat(event.trusted()).isOne();
              assertThat(event.identity().orElseThrow().notAfter()).isAfter(Instant.now());
            })
        .extracting(CredentialWatchTest::subject)
        .isEqualTo("CN=new");
    time.advance(INTERVAL.multipliedBy(5));
    assertThat(events).hasSize(1);
    assertThat(warnings()).isEmpty();
  }

  @Test
  void whatChangedBetweenTheSettingsAndTheConnectionIsTakenAtOnce() throws IOException {
    Tls tls = old();
    copy(NEW.certificate(), "client.pem");
    copy(NEW.key(), "client.key");

    watch(tls);

    assertThat(events).extracting(CredentialWatchTest::subject).containsExactly("CN=new");
  }

  @Test
  void halfOfAPairChangesNothingAndIsWarnedOfOnceWithoutItsContent() throws IOException {
    watch(old());
    Path certificate = copy(NEW.certificate(), "client.pem");

    time.advance(INTERVAL.multipliedBy(3));

    assertThat(events).isEmpty();
    assertThat(warnings())
        .singleElement()
        .asString()
        .contains(
            "credentials are kept as they were, and looked at again: the key in "
                + folder.resolve("client.key")
                + " does not belong to the certificate in "
                + certificate);
    assertThat(log.toString(UTF_8)).doesNotContainPattern(Pattern.compile("MI[A-Za-z0-9+/]{20}"));

    copy(NEW.key(), "client.key");
    time.advance(INTERVAL);
    assertThat(events).extracting(CredentialWatchTest::subject).containsExactly("CN=new");
    assertThat(warnings()).hasSize(1);
  }

  @Test
  void eachProblemIsWarnedOfOnceAndAgainAfterAllWasWell() throws IOException {
    watch(old());
    String key = Files.readString(OLD.key());
    Path file = folder.resolve("client.key");

    Files.writeString(file, key.substring(0, key.length() / 2)); // being written
    time.advance(INTERVAL.multipliedBy(2));
    Files.delete(file);
    time.advance(INTERVAL.multipliedBy(2));
    assertThat(warnings()).hasSize(2);
    assertThat(warnings().get(0)).contains(file + " must hold whole PEM blocks");
    assertThat(warnings().get(1)).contains(file + " cannot be read: NoSuchFileException");

    Files.writeString(file, key);
    time.advance(INTERVAL);
    Files.delete(file);
    time.advance(INTERVAL.multipliedBy(2));

    assertThat(warnings()).hasSize(3);
    assertThat(events).isEmpty();
  }

  @Test
  void aBrokenIdentityDoesNotKeepANewCaOut() throws IOException {
    watch(old());
    copy(NEW.certificate(), "client.pem");
    Files.writeString(
        folder.resolve("ca.pem"),
        Files.readString(CERTIFICATES.ca()) + Files.readString(CERTIFICATES.foreignCa()));

    time.advance(INTERVAL);

    assertThat(events)
        .singleElement()
        .isInstanceOfSatisfying(
            CredentialsReloaded.class, event -> assertThat(event.trusted()).isEqualTo(2))
        .extracting(CredentialWatchTest::subject)
        .isEqualTo("CN=old");
    assertThat(warnings()).hasSize(1);
  }

  /** As Kubernetes does it: the names stay, a link to their folder is swapped. */
  @Test
  void aFolderThatIsSwappedIsNoticedThoughSizesAndTimesAreTheSame() throws IOException {
    Path before = Files.createDirectory(folder.resolve("before"));
    Path after = Files.createDirectory(folder.resolve("after"));
    Path data = Files.createSymbolicLink(folder.resolve("data"), before);
    String one = Files.readString(CERTIFICATES.ca());
    String other = Files.readString(CERTIFICATES.foreignCa());
    int size = Math.max(one.length(), other.length()) + 1;
    FileTime same = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(
        Files.writeString(before.resolve("ca.pem"), one + " ".repeat(size - one.length())), same);
    Files.setLastModifiedTime(
        Files.writeString(after.resolve("ca.pem"), other + " ".repeat(size - other.length())),
        same);
    watch(Tls.builder().trust(data.resolve("ca.pem")).build());

    Path next = Files.createSymbolicLink(folder.resolve("data-next"), after);
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
    time.advance(INTERVAL);

    assertThat(events).containsExactly(new CredentialsReloaded(1, Optional.empty()));
  }

  @Test
  void aFileThatIsWrittenAgainAsItWasIsNoNews() throws IOException {
    watch(old());

    Files.writeString(folder.resolve("client.pem"), "\n# touched\n", StandardOpenOption.APPEND);
    time.advance(INTERVAL);

    assertThat(events).isEmpty();
  }

  @Test
  void aPkcs12FileIsReadAgainToo() {
    OpenSsl openSsl = new OpenSsl(folder);
    Path store = pkcs12(openSsl, OLD);
    watch(Tls.builder().keyStore(store, PASSWORD).build());

    pkcs12(openSsl, NEW);
    time.advance(INTERVAL);

    assertThat(events).extracting(CredentialWatchTest::subject).containsExactly("CN=new");
    assertThat(((CredentialsReloaded) events.get(0)).trusted()).isZero();
  }

  private static Path pkcs12(OpenSsl openSsl, CertificateFiles files) {
    return openSsl.file(
        "identity.p12",
        "pkcs12",
        "-export",
        "-inkey",
        files.key().toString(),
        "-in",
        files.certificate().toString(),
        "-passout",
        "pass:" + OpenSsl.PASSWORD);
  }

  @Test
  void nobodyLooksAgainWhereThatIsSwitchedOffOrThereAreNoFiles() throws IOException {
    assertThat(old().reloadEvery()).contains(INTERVAL);
    assertThat(Tls.system().reloadEvery()).isEmpty();
    assertThat(
            Tls.builder().trust(CERTIFICATES.ca()).reloadEvery(Duration.ZERO).build().reloadEvery())
        .isEmpty();
    assertThatThrownBy(() -> Tls.builder().reloadEvery(Duration.ofMillis(99)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("reloadEvery must be at least PT0.1S, or zero for never, was PT0.099S");
    assertThatThrownBy(() -> Tls.builder().reloadEvery(Duration.ofSeconds(-1)))
        .hasMessage("reloadEvery must be at least PT0.1S, or zero for never, was PT-1S");
  }
}
