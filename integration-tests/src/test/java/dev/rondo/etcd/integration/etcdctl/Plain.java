package dev.rondo.etcd.integration.etcdctl;

import static java.util.stream.Collectors.joining;

import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdVersion;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Texts without what two clusters cannot have in common: versions, ids, addresses, sizes, terms,
 * indexes and times.
 *
 * <p>Ids become numbers in the order in which they appear.
 */
final class Plain {
  private static final Pattern HEXADECIMAL_ID = Pattern.compile(" *\\b[0-9a-f]{12,16}\\b");
  private static final Pattern DECIMAL_ID = Pattern.compile("\\b\\d{14,20}\\b");

  private static final Pattern INITIAL_CLUSTER =
      Pattern.compile("(?<=ETCD_INITIAL_CLUSTER=\")[^\"]*");

  /** What is replaced, and by what, in this order. */
  private static final Map<Pattern, String> FIGURES = new LinkedHashMap<>();

  static {
    // JSON, and the format called fields
    replace(
        "(\"(?:raft_term|raftTerm|raftIndex|raftAppliedIndex|dbSize|dbSizeInUse)\":)\\d+", "$1N");
    replace("(\"(?:RaftTerm|RaftIndex|RaftAppliedIndex|DBSize)\" : )\\d+", "$1N");
    // a line or a row of a status
    replace("\\b\\d+(\\.\\d+)? [kM]?B\\b", "SIZE");
    replace(
        "((?:true|false),? (?:\\| +)?(?:true|false)),? (?:\\| +)?\\d+,? (?:\\| +)?\\d+,? (?:\\| +)?\\d+",
        "$1 N N N");
    // what a client logs
    replace("\"ts\":\"[^\"]*\"", "\"ts\":\"T\"");
    replace("\"target\":\"[^\"]*\"", "\"target\":\"T\"");
    // durations
    replace("took = [0-9.]+[mµn]?s", "took = T");
    replace("\"took\":\"[^\"]*\"", "\"took\":\"T\"");
    replace("remaining\\(\\d+s\\)", "remaining(T)");
    // tables are as wide as what stands in them
    replace("-+", "-");
    replace(" +", " ");
  }

  private static void replace(String pattern, String replacement) {
    FIGURES.put(Pattern.compile(pattern), replacement);
  }

  private final String version;
  private final Map<String, String> addresses = new HashMap<>();
  private final Map<Long, String> ids = new HashMap<>();
  private final Map<Pattern, String> known = new LinkedHashMap<>();

  Plain(EtcdCluster cluster, EtcdVersion version) {
    this.version = version.toString();
    know(cluster.leader().status().getHeader().getClusterId());
    for (var member : cluster.members()) {
      addresses.put(authority(member.endpoint()), "client-of-" + member.name());
      addresses.put(authority(member.peerUrl()), "peer-of-" + member.name());
      // The same ids for the same members, whatever their order.
      know(member.id());
    }
  }

  /** Such an id is found however short it is: one of twenty bits is as good as any. */
  private void know(long id) {
    var number = numbered(id);
    known.put(Pattern.compile("\\b" + Long.toUnsignedString(id) + "\\b"), number);
    known.put(Pattern.compile(" *\\b" + Long.toHexString(id) + "\\b"), " " + number);
  }

  private static String authority(String url) {
    return url.substring(url.indexOf("//") + 2);
  }

  String of(String text) {
    var plain = text.replace(version, "VERSION");
    for (var address : addresses.entrySet()) {
      plain = plain.replace(address.getKey(), address.getValue());
    }
    plain = replaceAll(known, plain);
    plain = DECIMAL_ID.matcher(plain).replaceAll(found -> numbered(found, 10));
    plain = HEXADECIMAL_ID.matcher(plain).replaceAll(found -> " " + numbered(found, 16));
    plain = replaceAll(FIGURES, plain);
    return INITIAL_CLUSTER.matcher(plain).replaceAll(Plain::inOrderOfNames);
  }

  private static String replaceAll(Map<Pattern, String> replacements, String text) {
    var plain = text;
    for (var replacement : replacements.entrySet()) {
      plain = replacement.getKey().matcher(plain).replaceAll(replacement.getValue());
    }
    return plain;
  }

  /** Sorts members that come in the order of their ids. */
  private static String inOrderOfNames(MatchResult found) {
    return Stream.of(found.group().split(",", -1)).sorted().collect(joining(","));
  }

  private String numbered(MatchResult found, int radix) {
    return numbered(Long.parseUnsignedLong(found.group().strip(), radix));
  }

  private String numbered(long id) {
    return ids.computeIfAbsent(id, any -> "ID" + ids.size());
  }
}
