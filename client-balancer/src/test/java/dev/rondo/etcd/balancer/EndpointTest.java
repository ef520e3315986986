package dev.rondo.etcd.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "http://10.0.0.1:2379, http://10.0.0.1:2379, 10.0.0.1:2379",
    "http://10.0.0.1, http://10.0.0.1:2379, 10.0.0.1:2379",
    "http://10.0.0.1:80/, http://10.0.0.1:80, 10.0.0.1:80",
    "https://ETCD-1.Example:2379, https://etcd-1.example:2379, etcd-1.example:2379",
    "HTTPS://etcd_1:2379, https://etcd_1:2379, etcd_1:2379",
    "https://[2001:DB8::1]:2380, https://[2001:db8::1]:2380, [2001:db8::1]:2380",
    "http://[::1], http://[::1]:2379, [::1]:2379",
    "unix:///run/etcd.sock, unix:///run/etcd.sock, etcd.sock",
    "unix:etcd.sock, unix://etcd.sock, etcd.sock",
    "unixs:///run/etcd.sock, unixs:///run/etcd.sock, etcd.sock"
  })
  void readsUrls(String url, String shown, String authority) {
    Endpoint endpoint = Endpoint.parse(url);

    assertThat(endpoint).hasToString(shown);
    assertThat(endpoint.authority()).isEqualTo(authority);
    assertThat(Endpoint.parse(endpoint.toString())).isEqualTo(endpoint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.1:2379|schemes http, https, unix, unixs, was \"10.0.0.1:2379\"",
        "localhost|schemes http, https, unix, unixs, was \"localhost\"",
        "ftp://10.0.0.1:2379|schemes http, https, unix, unixs, was \"ftp://10.0.0.1:2379\"",
        "http://user:secret@10.0.0.1:2379|without user info",
        "http://10.0.0.1:2379/v3|without a path, query or fragment, was \"http://10.0.0.1:2379/v3\"",
        "http://10.0.0.1:2379?a=b|without a path, query or fragment",
        "http://10.0.0.1:0|port between 1 and 65535",
        "http://10.0.0.1:70000|port between 1 and 65535",
        "http://10.0.0.1:etcd|port between 1 and 65535",
        "http://:2379|URL with a host",
        "http://|must be a URL",
        "http://10.0.0.1 :2379|must be a URL",
        "unix://|name a socket file"
      })
  void refusesWhatIsNoEndpoint(String url, String said) {
    assertThatThrownBy(() -> Endpoint.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said)
        .message()
        .doesNotContain("secret");
  }

  @Test
  void refusesListsThatCannotStandTogether() {
    assertThatThrownBy(() -> Endpoints.parse(List.of()))
        .hasMessage("endpoints must name at least one endpoint, was empty");
    assertThatThrownBy(() -> Endpoints.parse(List.of("http://a:1", "https://b:1")))
        .hasMessage(
            "endpoints must all have the same scheme, was given http://a:1 and https://b:1");
    assertThatThrownBy(() -> Endpoints.parse(List.of("http://a:2379", "http://A")))
        .hasMessage("endpoints must name each endpoint once, was given http://a:2379 twice");
  }

  @Test
  void aConnectionNeedsEndpointsAndCredentialsThatFitThem() {
    assertThatThrownBy(() -> Connection.builder().build())
        .hasMessage("a connection needs at least one endpoint, was given none");
    assertThatThrownBy(() -> Connection.builder().endpoints("http://a:1").tls(Tls.system()).build())
        .hasMessage("tls settings need endpoints with https or unixs, was given http://a:1");
  }
}
