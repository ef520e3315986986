package dev.rondo.etcd.balancer;

import dev.rondo.etcd.balancer.channel.Identity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Reads PKCS#12 files, and says what is wrong with one without showing what is in it. */
final class Pkcs12 {
  private Pkcs12() {}

  /** Returns the certificates that are marked as trusted, at least one. */
  static List<X509Certificate> trusted(Path file, byte[] content, char[] password) {
    KeyStore store = load(file, content, password);
    List<X509Certificate> trusted = new ArrayList<>();
    try {
      for (String alias : Collections.list(store.aliases())) {
        if (store.isCertificateEntry(alias)) {
          trusted.add((X509Certificate) store.getCertificate(alias));
        }
      }
    } catch (GeneralSecurityException e) {
      throw damaged(file);
    }
    if (trusted.isEmpty()) {
      throw new IllegalArgumentException(
          file
              + " must hold certificates that are marked as trusted, but has none (keytool"
              + " -importcert marks them)");
    }
    return trusted;
  }

  /** Returns the one private key with its chain. */
  static Identity identity(Path file, byte[] content, char[] password) {
    KeyStore store = load(file, content, password);
    try {
      List<String> keys = new ArrayList<>();
      for (String alias : Collections.list(store.aliases())) {
        if (store.isKeyEntry(alias)) {
          keys.add(alias);
        }
      }
      if (keys.size() != 1) {
        throw new IllegalArgumentException(
            file + " must hold one private key, but has " + keys.size());
      }
      return identity(file, store, keys.get(0), password);
    } catch (UnrecoverableKeyException e) {
      throw wrongPassword(file);
    } catch (GeneralSecurityException e) {
      throw damaged(file);
    }
  }

  private static Identity identity(Path file, KeyStore store, String alias, char[] password)
      throws GeneralSecurityException {
    Certificate[] chain = store.getCertificateChain(alias);
    if (!(store.getKey(alias, password) instanceof PrivateKey key) || chain == null) {
      throw new IllegalArgumentException(
          file + " must hold a private key with its certificate, but does not");
    }
    if (!KeyPairs.belongTogether(key, chain[0].getPublicKey())) {
      throw new IllegalArgumentException(
          "the key in " + file + " does not belong to its certificate");
    }
    return new Identity(key, Arrays.stream(chain).map(X509Certificate.class::cast).toList());
  }

  private static KeyStore load(Path file, byte[] content, char[] password) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(content), password);
      return store;
    } catch (IOException e) {
      throw e.getCause() instanceof UnrecoverableKeyException ? wrongPassword(file) : damaged(file);
    } catch (GeneralSecurityException e) {
      throw damaged(file);
    }
  }

  private static IllegalArgumentException wrongPassword(Path file) {
    return new IllegalArgumentException(
        file + " cannot be opened with the password that was given");
  }

  private static IllegalArgumentException damaged(Path file) {
    return new IllegalArgumentException(
        file + " must be a PKCS#12 file, but is none or is damaged");
  }
}
