package dev.rondo.etcd.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.SnapshotRequest;
import dev.rondo.etcd.wire.SnapshotResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("FutureReturnValueIgnored") // some tests look at the stream and the file alone
class SnapshotTest {
  private static final Endpoint ENDPOINT = Endpoint.parse("http://10.0.0.1:2379");
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final byte[] DATA = new byte[3 * 4096];

  static {
    new Random(1).nextBytes(DATA);
  }

  @TempDir Path folder;
  private Path file;
  private final FakeCalls calls = new FakeCalls(ENDPOINT);
  private final MaintenanceClient maintenance = new GrpcMaintenanceClient(calls, calls::endpoints);

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("backup.db");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 31, 32, 33, 512, 4096, 3 * 4096, 1 << 20})
  void writesWhatTheServerSendsInPiecesOfAnySize(int pieceSize) throws Exception {
    var snapshot = maintenance.async().snapshot(ENDPOINT, file);

    deliver(whole(), pieceSize);
    stream().end();

    assertThat(snapshot.get())
        .isEqualTo(
            new Snapshot(
                file, DATA.length + 32, Bytes.of(sha256(DATA)), Revision.NONE, Optional.empty()));
    assertThat(file).hasBinaryContent(whole());
    assertNothingElseIsLeft();
  }

  @Test
  void asksTheMemberNamedWithOrWithoutALeader() {
    maintenance.async().snapshot("http://10.0.0.1:2379", file);

    assertThat(stream().endpoint()).contains(ENDPOINT);
    assertThat(stream().rpc().kind()).isEqualTo(Rpc.Kind.READ);
    assertThat(stream().rpc().requiresLeader()).isFalse();
    assertThat(stream().sent()).containsExactly(SnapshotRequest.getDefaultInstance());
    assertThat(stream().isHalfClosed()).isTrue();
  }

  @Test
  void asksForThePieceAfterOnlyWhenOneIsWritten() {
    var seen = new ArrayList<String>();
    maintenance
        .async()
        .snapshot(
            ENDPOINT,
            file,
            (written, remaining) ->
                seen.add(written + "/" + remaining + "/" + stream().requested()));
    assertThat(stream().requested()).isEqualTo(1);

    stream().deliver(piece(DATA, 0, 4096));
    stream().deliver(piece(DATA, 4096, 8192));

    assertThat(seen).containsExactly("4096/8192/0", "12288/0/0");
    assertThat(stream().requested()).isEqualTo(1);
    assertThat(partFiles()).singleElement().satisfies(part -> assertThat(part).hasSize(12288));
    assertThat(file).doesNotExist();
  }

  @Test
  void tellsRevisionAndVersionWhereTheServerDoes() throws Exception {
    var snapshot = maintenance.async().snapshot(ENDPOINT, file);

    stream()
        .deliver(
            SnapshotResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setRevision(7))
                .setVersion("3.6.0")
                .setBlob(ByteString.copyFrom(whole()))
                .build());
    stream().end();

    assertThat(snapshot.get().revision()).isEqualTo(Revision.of(7));
    assertThat(snapshot.get().version()).contains("3.6.0");
  }

  @Test
  void keepsTheFileForItsOwnerAlone() throws Exception {
    Assumptions.assumeTrue(
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    maintenance.async().snapshot(ENDPOINT, file);

    stream().deliver(piece(whole(), 0, 100));
    var ofPart = Files.getPosixFilePermissions(partFiles().get(0));
    stream().deliver(piece(whole(), 100, DATA.length + 32 - 100));
    stream().end();

    assertThat(PosixFilePermissions.toString(ofPart)).isEqualTo("rw-------");
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(ofPart);
  }

  @Test
  void replacesAnEarlierFileOnlyOnceTheNewOneIsWhole() throws Exception {
    Files.writeString(file, "earlier");
    maintenance.async().snapshot(ENDPOINT, file);

    deliver(whole(), 4096);
    String before = Files.readString(file);
    stream().end();

    assertThat(before).isEqualTo("earlier");
    assertThat(file).hasBinaryContent(whole());
    assertNothingElseIsLeft();
  }

  @Test
  void letsTwoSnapshotsGoToOneFile() throws Exception {
    var first = maintenance.async().snapshot(ENDPOINT, file);
    var firstStream = stream();
    var second = maintenance.async().snapshot(ENDPOINT, file);

    firstStream.deliver(piece(whole(), 0, DATA.length + 32));
    stream().deliver(piece(whole(), 0, 4096));
    firstStream.end();
    stream().deliver(piece(whole(), 4096, DATA.length + 32 - 4096));
    stream().end();

    assertThat(first.get()).isEqualTo(second.get());
    assertThat(file).hasBinaryContent(whole());
    assertNothingElseIsLeft();
  }

  @Test
  void refusesDataThatTheDigestDoesNotFit() throws Exception {
    Files.writeString(file, "earlier");
    byte[] flipped = whole();
    flipped[5000] ^= 1;

    var failure = failureAfter(flipped);

    assertThat(failure.code()).isEqualTo(Code.MALFORMED_ANSWER);
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(failure)
        .hasMessageStartingWith("snapshot: the digest should be " + Bytes.of(sha256(DATA)).hex())
        .hasMessageEndingWith("[endpoint http://10.0.0.1:2379, attempts 1]");
    assertThat(file).hasContent("earlier");
    assertNothingElseIsLeft();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 31, 3 * 4096, 3 * 4096 + 31})
  void refusesAnAnswerThatEndsTooSoon(int size) throws Exception {
    var failure = failureAfter(Arrays.copyOf(whole(), size));

    assertThat(failure.code()).isEqualTo(Code.MALFORMED_ANSWER);
    assertThat(failure)
        .hasMessageStartingWith(
            "snapshot: the server ended it after "
                + size
                + " bytes, which is not whole pages and a digest");
    assertThat(file).doesNotExist();
    assertNothingElseIsLeft();
  }

  private EtcdException failureAfter(byte[] sent) {
    var snapshot = maintenance.async().snapshot(ENDPOINT, file);
    deliver(sent, 4096);
    stream().end();
    return failureOf(snapshot, EtcdException.class);
  }

  @Test
  void removesWhatThereIsWhenTheStreamBreaks() {
    var cut =
        new EtcdException(
            Code.UNAVAILABLE,
            WriteOutcome.NOT_APPLIED,
            new EtcdException.Call("snapshot", ENDPOINT.toString(), 1),
            "connection reset",
            null);
    var snapshot = maintenance.async().snapshot(ENDPOINT, file);
    deliver(DATA, 4096);
    assertThat(partFiles()).hasSize(1);

    stream().fail(cut);

    assertThat(failureOf(snapshot, EtcdException.class)).isSameAs(cut);
    assertThat(file).doesNotExist();
    assertNothingElseIsLeft();
  }

  @Test
  void beginsAnewWhenTheTokenIsRefused() throws Exception {
    var snapshot = maintenance.async().snapshot(ENDPOINT, file);
    var refused = stream();

    refused.fail(failure(Code.INVALID_AUTH_TOKEN));

    assertThat(stream()).isNotSameAs(refused);
    assertThat(stream().sent()).hasSize(1);
    assertThat(stream().isHalfClosed()).isTrue();
    deliver(whole(), 4096);
    stream().end();
    assertThat(snapshot.get().size()).isEqualTo(whole().length);
  }

  @Test
  void endsWhenOneTokenAfterAnotherIsRefusedOrTheFirstOneMidway() {
    var snapshot = maintenance.async().snapshot(ENDPOINT, file);
    for (int i = 0; i < 3; i++) {
      assertThat(snapshot).isNotDone();
      stream().fail(failure(Code.INVALID_AUTH_TOKEN));
    }
    assertThat(failureOf(snapshot, EtcdException.class).code()).isEqualTo(Code.INVALID_AUTH_TOKEN);

    var begun = maintenance.async().snapshot(ENDPOINT, file);
    deliver(DATA, 4096);
    stream().fail(failure(Code.INVALID_AUTH_TOKEN));
    assertThat(failureOf(begun, EtcdException.class).code()).isEqualTo(Code.INVALID_AUTH_TOKEN);
    assertNothingElseIsLeft();
  }

  private static EtcdException failure(Code code) {
    return new EtcdException(
        code,
        WriteOutcome.NOT_APPLIED,
        new EtcdException.Call("snapshot", ENDPOINT.toString(), 1),
        "refused",
        null);
  }

  @Test
  void endsTheStreamWhenItCannotMakeTheFile() throws Exception {
    Path vanished = Files.createDirectory(folder.resolve("vanished"));
    var snapshot = maintenance.async().snapshot(ENDPOINT, vanished.resolve("backup.db"));
    Files.delete(vanished);

    stream().deliver(piece(DATA, 0, 4096));

    assertThat(failureOf(snapshot, UncheckedIOException.class))
        .hasMessage("snapshot: cannot write " + vanished.resolve("backup.db"));
    assertThat(stream().isCancelled()).isTrue();
  }

  @Test
  void endsTheStreamWhenItCannotGoOnWriting() {
    var snapshot = maintenance.async().snapshot(ENDPOINT, file);
    stream().deliver(piece(DATA, 0, 4096));

    Thread.currentThread().interrupt(); // makes the file refuse the next piece
    stream().deliver(piece(DATA, 4096, 4096));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failureOf(snapshot, UncheckedIOException.class))
        .hasMessage("snapshot: cannot write " + file)
        .hasCauseInstanceOf(IOException.class);
    assertThat(stream().isCancelled()).isTrue();
    assertNothingElseIsLeft();
  }

  @Test
  void endsTheStreamWhenTheListenerThrows() {
    var refusal = new IllegalStateException("enough");
    var snapshot =
        maintenance
            .async()
            .snapshot(
                ENDPOINT,
                file,
                (written, remaining) -> {
                  throw refusal;
                });

    stream().deliver(piece(DATA, 0, 4096));

    assertThat(failureOf(snapshot, IllegalStateException.class)).isSameAs(refusal);
    assertThat(stream().isCancelled()).isTrue();
    assertNothingElseIsLeft();
  }

  @Test
  void endsTheStreamAndRemovesWhatThereIsWhenCancelled() {
    var snapshot = maintenance.async().snapshot(ENDPOINT, file);
    deliver(DATA, 4096);

    snapshot.cancel(true);

    assertNothingElseIsLeft();
    assertThat(stream().isCancelled()).isTrue();
    stream().deliver(piece(DATA, 0, 4096)); // was on its way
    calls.time().runDue();
    assertThat(catchThrowable(snapshot::join)).isInstanceOf(CancellationException.class);
    assertNothingElseIsLeft();
  }

  @Test
  void endsTheStreamAndRemovesWhatThereIsWhenInterrupted() {
    var thrown = new AtomicReference<EtcdException>();
    var caller =
        new Thread(
            () ->
                thrown.set(
                    catchThrowableOfType(
                        EtcdException.class, () -> maintenance.snapshot(ENDPOINT, file))));
    caller.start();
    await().until(() -> calls.hasStream() && stream().requested() == 1);
    stream().deliver(piece(DATA, 0, 4096));
    assertThat(partFiles()).hasSize(1);

    caller.interrupt();

    await().until(() -> thrown.get() != null);
    assertNothingElseIsLeft();
    assertThat(stream().isCancelled()).isTrue();
    assertThat(thrown.get().code()).isEqualTo(Code.CANCELLED);
    assertThat(thrown.get().outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
  }

  @Test
  void givesUpOnASilentServer() {
    var snapshot = maintenance.async().snapshot(ENDPOINT, file);
    stream().deliver(piece(DATA, 0, 4096));

    calls.time().advance(TIMEOUT.multipliedBy(2));

    var failure = failureOf(snapshot, EtcdException.class);
    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure).hasMessageContaining("the server sent nothing for PT10S");
    assertThat(stream().isCancelled()).isTrue();
    assertNothingElseIsLeft();
  }

  @Test
  void goesOnForAsLongAsPiecesCome() throws Exception {
    var snapshot = maintenance.async().snapshot(ENDPOINT, file);

    for (int i = 0; i < DATA.length + 32; i += 1024) {
      calls.time().advance(TIMEOUT.minusMillis(1));
      stream().deliver(piece(whole(), i, Math.min(1024, DATA.length + 32 - i)));
    }
    stream().end();

    assertThat(snapshot.get().size()).isEqualTo(DATA.length + 32);
  }

  @Test
  void takesNoSlowListenerForASilentServer() {
    var snapshot =
        maintenance
            .async()
            .snapshot(
                ENDPOINT,
                file,
                (written, remaining) -> calls.time().advance(TIMEOUT.multipliedBy(3)));

    stream().deliver(piece(DATA, 0, 4096));

    assertThat(snapshot).isNotDone();
    assertThat(stream().requested()).isEqualTo(1);
  }

  @Test
  void refusesWhatCannotBeAFile() {
    for (Path wrong : List.of(folder, folder.resolve("missing/backup.db"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> maintenance.async().snapshot(ENDPOINT, wrong))
          .withMessage("file must name a file in a folder that exists, was \"" + wrong + '"');
    }
  }

  private FakeStream<SnapshotRequest, SnapshotResponse> stream() {
    return calls.stream();
  }

  private void deliver(byte[] bytes, int pieceSize) {
    for (int i = 0; i < bytes.length; i += pieceSize) {
      stream().deliver(piece(bytes, i, Math.min(pieceSize, bytes.length - i)));
    }
  }

  private static SnapshotResponse piece(byte[] bytes, int start, int size) {
    return SnapshotResponse.newBuilder()
        .setRemainingBytes(Math.max(0, DATA.length - start - size))
        .setBlob(ByteString.copyFrom(bytes, start, size))
        .build();
  }

  /** What a server sends in the whole. */
  private static byte[] whole() {
    return Bytes.of(DATA).append(Bytes.of(sha256(DATA))).toByteArray();
  }

  private static byte[] sha256(byte[] data) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(data);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static <T extends Throwable> T failureOf(CompletableFuture<?> future, Class<T> type) {
    assertThat(future).isDone();
    return type.cast(catchThrowableOfType(ExecutionException.class, future::get).getCause());
  }

  private List<Path> partFiles() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(path -> path.getFileName().toString().endsWith(".part")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertNothingElseIsLeft() {
    assertThat(partFiles()).isEmpty();
  }
}
