package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.wire.Member;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells all members this one's name and its clients' URLs, again and again until they know. */
final class Publisher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Publisher.class);
  private static final Duration RETRY = Duration.ofMillis(100);

  private final Member self;
  private final Proposals proposals;
  private final Workers workers;
  private volatile boolean isClosed;

  Publisher(EngineSettings settings, Proposals proposals, Workers workers) {
    this.self =
        Member.newBuilder()
            .setID(settings.memberId())
            .setName(settings.name())
            .addAllClientURLs(settings.clientUrls())
            .build();
    this.proposals = proposals;
    this.workers = workers;
  }

  void publish() {
    var unused =
        proposals
            .propose(Command.newBuilder().setMemberPublish(self))
            .whenComplete((done, failure) -> published(failure));
  }

  private void published(@Nullable Throwable failure) {
    if (failure != null && !isClosed) {
      log.debug("this member's name could not be published yet", failure);
      workers.after(RETRY, this::publish);
    }
  }

  @Override
  public void close() {
    isClosed = true;
  }
}
