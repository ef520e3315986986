package dev.rondo.etcd.companion.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each of these URLs was given to etcd 3.5.16, which answered what is expected here. */
class PeerUrlsTest {
  private static String kept(String url) {
    return PeerUrls.check(List.of(url)).get(0);
  }

  private static void assertRefused(List<String> urls) {
    assertThatThrownBy(() -> PeerUrls.check(urls)).hasMessage(EtcdError.MEMBER_BAD_URLS.text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://a:1",
        "https://A:1",
        "http://:1",
        "http://a:",
        "http://a:99999",
        "http://[::1]:1",
        "http://[a]:1",
        "http://[fe80::1%25eth0]:1",
        "http://a_b:1",
        "http://a%25b:1",
        "http://a:1?x=y",
        "http://a:1?",
        "http://a:1?%zz",
        "http://a:1?a/b",
        "http://a:1#f",
        "http://u:p@a:1",
        "http://u@a:1",
        "http://@a:1",
        "unix://a:1",
        "unix:///tmp/x",
        "unix:/tmp/x",
        "unix:x",
        "unix://[::1]",
        "unix://a:b:1",
        "unixs://a"
      })
  void keepsWhatEtcdKeeps(String url) {
    assertThat(kept(url)).isEqualTo(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a:1",
        "127.0.0.1:1",
        "//a:1",
        "ftp://a:1",
        "http://",
        "http://a",
        "http://a:1/",
        "http:///a:1",
        "http:a:1",
        "http://a:b",
        "http://a:-1",
        "http://::1:1",
        "http://[::1]",
        "http://[a:1",
        "http://a]:1",
        "http://x[::1]:1",
        "http://a b:1",
        "http://a|b:1",
        "http://a%41:1",
        "http://a\n:1",
        "http://a:1#%zz",
        "http://u%zz@a:1",
        "http://u|@a:1",
        "http://u ü@a:1",
        "unix://a:m0",
        "unix:///%zz"
      })
  void refusesWhatEtcdRefuses(String url) {
    assertRefused(List.of(url));
  }

  @Test
  void writesUrlsAsEtcdDoes() {
    assertThat(kept(" HTTP://a:1 ")).isEqualTo("http://a:1");
    assertThat(kept("http://a:1#")).isEqualTo("http://a:1");
    assertThat(kept("UNIX://a")).isEqualTo("unix://a");
    assertThat(kept("unix://")).isEqualTo("unix:");
    assertThat(kept("unix:///a b")).isEqualTo("unix:///a%20b");
    assertThat(kept("unix:///a|b")).isEqualTo("unix:///a%7Cb");
    assertThat(kept("http://a:1#a b")).isEqualTo("http://a:1#a%20b");
    assertThat(kept("http://ä:1?ü#ü")).isEqualTo("http://%C3%A4:1?ü#%C3%BC");
    assertThat(kept("unix:///ä?x#y")).isEqualTo("unix:///%C3%A4?x#y");
  }

  @Test
  void sortsUrlsAndWantsAtLeastOne() {
    assertThat(PeerUrls.check(List.of("http://b:1", "https://a:1", "HTTP://a:1")))
        .containsExactly("http://a:1", "http://b:1", "https://a:1");
    assertRefused(List.of());
    assertRefused(List.of("http://a:1", "http://b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://%s:1", "http://[%s]:1", "http://%s@a:1", "unix://%s", "unix:/%s"})
  void takesLongUrlsWithoutRunningOutOfStack(String pattern) {
    String url = pattern.formatted("a%25".repeat(100_000));

    assertThat(kept(url)).isEqualTo(url);
  }

  @Property
  void eitherKeepsOrRefusesWhateverItIsGiven(@ForAll String text) {
    try {
      assertThat(kept("unix://" + text)).startsWith("unix:");
    } catch (EtcdErrorException refusal) {
      assertThat(refusal.error()).isEqualTo(EtcdError.MEMBER_BAD_URLS);
    }
  }
}
