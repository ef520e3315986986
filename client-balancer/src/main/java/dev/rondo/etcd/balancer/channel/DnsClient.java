package dev.rondo.etcd.balancer.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.resolver.HostsFileEntriesResolver;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks DNS servers, and blocks until they have answered, for {@link #LONGEST} at most. Every server
 * is asked twice, and has two seconds each time. Safe for use by many threads.
 *
 * <p>The JDK's own lookup keeps an answer for 30 seconds, too long for a host that has moved, and
 * tells nobody how long one holds. There is no thread and no socket until something is asked.
 */
public final class DnsClient implements AutoCloseable {
  private static final Duration TRY = Duration.ofSeconds(2);
  private static final String NO_ANSWER = "did not answer";
  private static final String CLOSED = "the connection was closed";
  private static final Duration LONGEST = TRY.multipliedBy(2);

  /** Endpoints that are down look their host up several times a second; servers are spared. */
  private static final int LONGEST_CACHED_SECONDS = 1;

  /** {@link HostLookup} reads it itself, and afresh each time. */
  private static final HostsFileEntriesResolver NO_HOSTS_FILE =
      (String name, ResolvedAddressTypes types) -> null;

  private final DnsServers servers;
  private @Nullable EventLoopGroup loops; // guarded by this
  private @Nullable DnsNameResolver resolver; // guarded by this
  private boolean isClosed; // guarded by this
  private final Set<Future<?>> asked = ConcurrentHashMap.newKeySet();

  /**
   * Makes a client.
   *
   * @param servers whom to ask, and for whole names only; empty for the machine's own servers and
   *     search list
   */
  public DnsClient(List<InetSocketAddress> servers) {
    this.servers = new DnsServers(servers);
  }

  /**
   * Returns the addresses of a host, at least one.
   *
   * @throws UnknownHostException if there are none, or no server answers
   */
  List<InetAddress> addresses(String host) throws UnknownHostException {
    try {
      return answer(resolver -> resolver.resolveAll(host), LONGEST.toNanos());
    } catch (UnknownHostException e) {
      throw e;
    } catch (DnsException e) {
      throw unknown(host, e);
    }
  }

  private static UnknownHostException unknown(String host, Exception cause) {
    UnknownHostException unknown = new UnknownHostException(host + ": " + cause.getMessage());
    unknown.initCause(cause);
    return unknown;
  }

  /**
   * Returns the SRV records of a service; none if the name does not exist, has none, or says that
   * the service is not offered.
   *
   * @param name the whole name, such as {@code _etcd-client._tcp.example.com}
   * @throws DnsException if no server can say
   */
  public List<ServiceRecord> services(String name) throws DnsException {
    List<InetSocketAddress> inTurn = servers.inTurn(name);
    if (inTurn.isEmpty()) {
      throw new DnsException("this machine knows no DNS server");
    }
    long end = System.nanoTime() + LONGEST.toNanos();
    List<String> failures = new ArrayList<>();
    for (InetSocketAddress server : inTurn) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        break;
      }
      try {
        return services(server, name, left);
      } catch (UnknownHostException | DnsException e) {
        String failure = name(server) + " " + e.getMessage();
        if (!failures.contains(failure)) {
          failures.add(failure);
        }
      }
    }
    throw new DnsException(String.join(", ", failures));
  }

  private static String name(InetSocketAddress server) {
    InetAddress address = server.getAddress();
    String host = address == null ? server.getHostString() : address.getHostAddress();
    return "DNS server " + host + " port " + server.getPort();
  }

  private List<ServiceRecord> services(InetSocketAddress server, String name, long nanos)
      throws UnknownHostException, DnsException {
    AddressedEnvelope<DnsResponse, InetSocketAddress> envelope =
        answer(
            resolver -> resolver.query(server, new DefaultDnsQuestion(name, DnsRecordType.SRV)),
            nanos);
    try {
      DnsResponse response = envelope.content();
      if (response.code().equals(DnsResponseCode.NXDOMAIN)) {
        return List.of();
      }
      if (!response.code().equals(DnsResponseCode.NOERROR)) {
        throw new DnsException("answered " + response.code());
      }
      return services(response);
    } catch (IndexOutOfBoundsException | CorruptedFrameException e) {
      throw new DnsException("sent a record that cannot be read: " + e.getMessage());
    } finally {
      envelope.release();
    }
  }

  private static List<ServiceRecord> services(DnsResponse response) {
    List<ServiceRecord> records = new ArrayList<>();
    for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
      if (response.recordAt(DnsSection.ANSWER, i) instanceof DnsRawRecord record
          && record.type().equals(DnsRecordType.SRV)) {
        ServiceRecord service = service(record);
        if (!service.target().isEmpty()) { // a bare dot says that there is no such service
          records.add(service);
        }
      }
    }
    return records;
  }

  private static ServiceRecord service(DnsRawRecord record) {
    ByteBuf content = record.content().duplicate();
    int priority = content.readUnsignedShort();
    int weight = content.readUnsignedShort();
    int port = content.readUnsignedShort();
    String target = DefaultDnsRecordDecoder.decodeName(content).toLowerCase(Locale.ROOT);
    return new ServiceRecord(
        priority,
        weight,
        port,
        target.substring(0, target.length() - 1),
        Duration.ofSeconds(record.timeToLive()));
  }

  /** Waits on the calling thread, which is never one that does I/O. */
  private <T> T answer(Function<DnsNameResolver, Future<T>> question, long nanos)
      throws UnknownHostException, DnsException {
    Future<T> answer = ask(question);
    try {
      if (!answer.await(nanos, TimeUnit.NANOSECONDS) && answer.cancel(false)) {
        throw new DnsException(NO_ANSWER);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.cancel(false);
      throw new DnsException("was asked by a thread that was interrupted");
    } finally {
      asked.remove(answer);
    }
    if (answer.isCancelled()) {
      throw new DnsException(CLOSED);
    }
    Throwable cause = answer.cause();
    if (cause == null) {
      return answer.getNow();
    }
    if (cause instanceof UnknownHostException unknown) {
      throw unknown;
    }
    throw new DnsException(
        cause instanceof DnsNameResolverTimeoutException
            ? NO_ANSWER
            : "could not be asked: " + cause.getMessage());
  }

  /** Either before the close, which ends it, or not at all. */
  private synchronized <T> Future<T> ask(Function<DnsNameResolver, Future<T>> question)
      throws DnsException {
    if (isClosed) {
      throw new DnsException(CLOSED);
    }
    Future<T> answer = question.apply(resolver());
    asked.add(answer);
    return answer;
  }

  private DnsNameResolver resolver() {
    if (resolver == null) {
      EventLoopGroup made =
          new MultiThreadIoEventLoopGroup(
              1, new DefaultThreadFactory("rondo-dns", true), NioIoHandler.newFactory());
      loops = made;
      resolver = resolver(made);
    }
    return resolver;
  }

  private DnsNameResolver resolver(EventLoopGroup made) {
    DnsNameResolverBuilder builder =
        new DnsNameResolverBuilder(made.next())
            .datagramChannelType(NioDatagramChannel.class)
            .socketChannelType(NioSocketChannel.class) // for answers that a datagram cannot hold
            .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
            .nameServerProvider(servers)
            .queryTimeoutMillis(TRY.toMillis())
            .hostsFileEntriesResolver(NO_HOSTS_FILE)
            .resolveCache(new DefaultDnsCache(0, LONGEST_CACHED_SECONDS, LONGEST_CACHED_SECONDS))
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
            .completeOncePreferredResolved(false);
    if (!servers.areTheMachines()) {
      builder.searchDomains(List.of());
    }
    return builder.build();
  }

  /** Ends what is asked at this moment. Closing twice does no harm. */
  @Override
  public synchronized void close() {
    isClosed = true;
    asked.forEach(answer -> answer.cancel(false)); // as long as there are threads to tell of it
    if (resolver != null) {
      resolver.close();
      resolver = null;
    }
    if (loops != null) {
      var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      loops = null;
    }
  }
}
