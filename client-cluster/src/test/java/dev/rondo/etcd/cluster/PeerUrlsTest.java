package dev.rondo.etcd.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerUrlsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://10.0.0.1:2380",
        "https://etcd-1.example:65535",
        "http://etcd_1:1",
        "https://[2001:db8::1]:2380"
      })
  void takesHostAndPortUnderBothSchemes(String url) {
    assertThat(PeerUrls.checked(URI.create(url))).containsExactly(url);
  }

  @Test
  void wantsAtLeastOne() {
    assertThatIllegalArgumentException()
        .isThrownBy(PeerUrls::checked)
        .withMessage("a member must have at least one peer URL, was given none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "unix:///run/etcd.sock",
        "ftp://10.0.0.1:2380",
        "http://10.0.0.1",
        "http://10.0.0.1:",
        "http://10.0.0.1:0",
        "http://10.0.0.1:65536",
        "http://:2380",
        "http:///2380",
        "http://2001:db8::1:2380"
      })
  void saysWhichFormIsAllowedAndWhatWasSeen(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerUrls.checked(new URI(url)))
        .withMessage("a peer URL must have the form http(s)://host:port, was \"" + url + '"');
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/peers", "?a=b", "#a"})
  void refusesWhatFollowsThePort(String rest) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerUrls.checked(URI.create("http://10.0.0.1:2380" + rest)))
        .withMessage(
            "a peer URL must have no path, query or fragment, was \"http://10.0.0.1:2380"
                + rest
                + '"');
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://me:secret@10.0.0.1:2380", "http://secret@10.0.0.1:2380"})
  void refusesUserInfoWithoutRepeatingIt(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerUrls.checked(URI.create(url)))
        .withMessage("a peer URL must have no user info, was \"http://***@10.0.0.1:2380\"");
  }
}
