package dev.rondo.etcd.balancer;

import java.util.regex.Pattern;

/**
 * Endpoints that are found by DNS: the SRV records of {@code _etcd-client-ssl._tcp} below a domain,
 * or of {@code _etcd-client._tcp} for a cluster that is spoken to in the clear.
 *
 * <p>All endpoints of a connection have one scheme, so one of the two services is used, and which
 * one is for the application to say: DNS proves nothing, and must not decide whether passwords
 * travel encrypted. The other one is looked up only to say in a message that it is there.
 *
 * <p>Records of the smallest priority are used; those of the next one join while none of the better
 * ones is connected, and leave when one is again. All endpoints in use take equal turns; the weight
 * decides their order, which is drawn by chance as RFC 2782 says, so that the first calls of many
 * clients are spread by weight. Each target is verified under its own name, unless {@link
 * Tls.Builder#serverName} fixes one for all.
 *
 * <p>The records are asked for again when their time to live is over, but not before 5 seconds and
 * not after an hour, and every 5 seconds while an endpoint is disconnected. While DNS fails or
 * names no endpoint, those that are known stay.
 */
public final class DnsSrv {
  private static final int LONGEST_NAME = 253;
  private static final Pattern DOMAIN =
      Pattern.compile("[\\p{Alnum}_-]{1,63}(\\.[\\p{Alnum}_-]{1,63})*");
  private static final Pattern SERVICE_NAME = Pattern.compile("[\\p{Alnum}-]{1,40}");

  private final String domain;
  private final String serviceName;
  private final boolean inTheClear;

  private DnsSrv(Builder builder) {
    this.domain = builder.domain;
    this.serviceName = builder.serviceName;
    this.inTheClear = builder.inTheClear;
  }

  /**
   * The members that speak TLS, below {@code domain}.
   *
   * @throws IllegalArgumentException if {@code domain} is no domain's name
   */
  public static DnsSrv of(String domain) {
    return builder(domain).build();
  }

  /**
   * Returns a builder for what stands below {@code domain}.
   *
   * @param domain such as {@code example.com}; it is always taken whole, without a search list
   * @throws IllegalArgumentException if it is no domain's name
   */
  public static Builder builder(String domain) {
    return new Builder(domain);
  }

  Endpoint.Scheme scheme() {
    return inTheClear ? Endpoint.Scheme.HTTP : Endpoint.Scheme.HTTPS;
  }

  /** The whole name of the service that is used. */
  String service() {
    return service(inTheClear);
  }

  /** The whole name of the one that is not used. */
  String otherService() {
    return service(!inTheClear);
  }

  private String service(boolean clear) {
    String suffix = serviceName.isEmpty() ? "" : "-" + serviceName;
    return (clear ? "_etcd-client" : "_etcd-client-ssl") + suffix + "._tcp." + domain;
  }

  @Override
  public String toString() {
    return "DnsSrv[" + service() + "]";
  }

  /** Collects what is asked for. Not safe for use by many threads. */
  public static final class Builder {
    private final String domain;
    private String serviceName = "";
    private boolean inTheClear;

    private Builder(String domain) {
      String name = domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
      if (name.length() > LONGEST_NAME || !DOMAIN.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "domain must be a name such as example.com, was \"" + domain + "\"");
      }
      this.domain = name;
    }

    /**
     * Asks for {@code _etcd-client-ssl-<serviceName>} or {@code _etcd-client-<serviceName>}, where
     * a domain has several clusters: the same that etcd calls {@code --discovery-srv-name}.
     *
     * @param serviceName 1 to 40 letters, digits and hyphens
     */
    public Builder serviceName(String serviceName) {
      if (!SERVICE_NAME.matcher(serviceName).matches()) {
        throw new IllegalArgumentException(
            "serviceName must be 1 to 40 letters, digits and hyphens, was \"" + serviceName + "\"");
      }
      this.serviceName = serviceName;
      return this;
    }

    /** Uses the members that speak in the clear, {@code _etcd-client._tcp}, instead of TLS. */
    public Builder inTheClear() {
      inTheClear = true;
      return this;
    }

    /** Returns what was collected. */
    public DnsSrv build() {
      return new DnsSrv(this);
    }
  }
}
