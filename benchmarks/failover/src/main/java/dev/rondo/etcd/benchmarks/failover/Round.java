package dev.rondo.etcd.benchmarks.failover;

import dev.rondo.etcd.benchmarks.Contestant;
import dev.rondo.etcd.benchmarks.faults.Call;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdMember;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** One fault, once: a new cluster, a new JVM for each client, and all of them at work at once. */
final class Round {
  /** How long clients read until it is known which members they use. */
  private static final Duration SPREADING = Duration.ofSeconds(1);

  private final Settings settings;
  private final Row row;

  private final Consumer<String> news;

  Round(Settings settings, Row row, Consumer<String> news) {
    this.settings = settings;
    this.row = row;
    this.news = news;
  }

  /** Returns what each client went through. */
  Map<String, Figures> run(EtcdBackend backend, List<Contestant> contestants)
      throws IOException, InterruptedException {
    List<Client> clients = new ArrayList<>();
    try (Scene scene = Scene.start(backend, row)) {
      try {
        for (Contestant contestant : contestants) {
          clients.add(Client.start(contestant, scene));
        }
        for (Client client : clients) {
          client.awaitReady();
        }
        return run(scene, clients);
      } finally {
        clients.forEach(Client::close);
      }
    }
  }

  private Map<String, Figures> run(Scene scene, List<Client> clients)
      throws IOException, InterruptedException {
    Map<EtcdMember, Long> victims = cast(scene, clients);
    for (Client client : clients) {
      client.begin(settings);
    }
    Thread.sleep(settings.warmUp().toMillis());
    long from = System.nanoTime();
    Thread.sleep(settings.before().toMillis());
    if (row.victim() != Victim.EACH && !usedByAll(clients).containsAll(victims.values())) {
      throw new IllegalStateException("a client has left the victim before the fault");
    }
    Course course =
        row.fault()
            .inflict(victims, row.victim() == Victim.EACH ? Duration.ZERO : settings.fault());
    Thread.sleep(settings.after().toMillis());
    long until = System.nanoTime();
    clients.forEach(Client::stop);
    return figures(scene, clients, course, from, until);
  }

  /**
   * Chooses the victims, and gives them their role while nobody writes: etcd loses writes that are
   * under way when leadership moves, and answers them seconds later.
   */
  private Map<EtcdMember, Long> cast(Scene scene, List<Client> clients)
      throws IOException, InterruptedException {
    for (Client client : clients) {
      client.beginReading(settings);
    }
    for (Client client : clients) {
      client.awaitAnswer();
    }
    Thread.sleep(SPREADING.toMillis());
    Map<EtcdMember, Long> victims = scene.victims(row.victim(), usedByAll(clients));
    for (Client client : clients) {
      client.stop();
      var unused = client.calls();
    }
    return victims;
  }

  /**
   * Returns the members that answered every client since this was asked last. A client that keeps
   * to one member notices nothing of a fault of another, so the victim is to be among these.
   */
  private static Set<Long> usedByAll(List<Client> clients) throws IOException {
    Set<Long> common = new TreeSet<>(clients.get(0).answering());
    for (Client client : clients.subList(1, clients.size())) {
      common.retainAll(client.answering());
    }
    return common;
  }

  private Map<String, Figures> figures(
      Scene scene, List<Client> clients, Course course, long from, long until) throws IOException {
    Writes writes = new Writes(scene.kv());
    Map<String, Figures> figures = new LinkedHashMap<>();
    for (Client client : clients) {
      List<Call> calls = client.calls();
      int twice = writes.appliedTwice(client.prefix(), settings.writers(), calls);
      Figures own = Figures.of(calls, course, from, until, twice);
      news.accept("  " + client.name() + ": " + own);
      if (own.failedReads() + own.failedWrites() > 0) {
        news.accept("    the last failures are " + client.lastFailures());
      }
      figures.put(client.name(), own);
    }
    return figures;
  }
}
