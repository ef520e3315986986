package dev.rondo.etcd.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes keys and certificates with the program {@code openssl}, in a folder. */
record OpenSsl(Path folder) {
  static final String PASSWORD = "open sesame";

  /** Makes a file by a command that names it with {@code -out}. */
  Path file(String name, String... command) {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(List.of("-out", name));
    run(words);
    return folder.resolve(name);
  }

  /** Makes a key for the curve in the form {@code EC PRIVATE KEY}, with the parameters before. */
  Path ecKey(String curve) {
    return file(curve + ".key", "ecparam", "-genkey", "-name", curve);
  }

  /** Makes a key in the form {@code RSA PRIVATE KEY}. */
  Path rsaKey(int bits) {
    file("rsa.key", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:" + bits);
    return file("rsa-bare.key", "rsa", "-in", "rsa.key", "-traditional");
  }

  /** Makes a certificate that is signed with its own key. */
  Path certificate(Path key) {
    return file(
        key.getFileName() + ".pem",
        "req",
        "-x509",
        "-new",
        "-key",
        key.toString(),
        "-subj",
        "/CN=forms",
        "-days",
        "30");
  }

  private void run(List<String> words) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(words);
    try {
      Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new IllegalStateException(command + " ended with " + code + ": " + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("openssl must be on the PATH", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
