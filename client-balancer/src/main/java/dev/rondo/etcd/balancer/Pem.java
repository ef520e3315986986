package dev.rondo.etcd.balancer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads certificates and keys in PEM form, and says what is wrong with a file without showing what
 * is in it.
 */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private Pem() {}

  static List<X509Certificate> certificates(Path file) {
    byte[] content = read(file);
    try {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!certificates.isEmpty()) {
        return certificates;
      }
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          file + " must hold certificates in PEM form, but is damaged", e);
    }
    throw new IllegalArgumentException(file + " must hold certificates in PEM form, but has none");
  }

  /** Returns a key store with one entry and an empty password. */
  static KeyStore identity(Path chainFile, Path keyFile) {
    List<X509Certificate> chain = certificates(chainFile);
    PrivateKey key = privateKey(keyFile, chain.get(0).getPublicKey().getAlgorithm());
    try {
      if (!belongTogether(key, chain.get(0).getPublicKey())) {
        throw new IllegalArgumentException(
            "the key in " + keyFile + " does not belong to the certificate in " + chainFile);
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("identity", key, new char[0], chain.toArray(new X509Certificate[0]));
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException(
          "the key in " + keyFile + " cannot be used with the certificate in " + chainFile, e);
    }
  }

  private static PrivateKey privateKey(Path file, String algorithm) {
    Matcher block = BLOCK.matcher(new String(read(file), US_ASCII));
    while (block.find()) {
      if (block.group(1).equals("PRIVATE KEY")) {
        try {
          byte[] key = Base64.getMimeDecoder().decode(block.group(2));
          return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
          throw new IllegalArgumentException(
              file
                  + " must hold a key of the certificate's kind ("
                  + algorithm
                  + "), but does not");
        }
      }
      if (block.group(1).endsWith("PRIVATE KEY")) {
        throw new IllegalArgumentException(
            file
                + " must hold a key in unencrypted PKCS#8 form (BEGIN PRIVATE KEY), but has BEGIN "
                + block.group(1)
                + " (openssl pkcs8 -topk8 -nocrypt converts it)");
      }
    }
    throw new IllegalArgumentException(file + " must hold a private key in PEM form, but has none");
  }

  private static boolean belongTogether(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    String algorithm = SIGNATURES.get(key.getAlgorithm());
    if (algorithm == null) {
      return true; // unknown here, so the handshake has to find out
    }
    byte[] probe = "rondo".getBytes(US_ASCII);
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(key);
    signing.update(probe);
    byte[] signature = signing.sign();
    Signature verifying = Signature.getInstance(algorithm);
    verifying.initVerify(certified);
    verifying.update(probe);
    return verifying.verify(signature);
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + " cannot be read: " + e.getClass().getSimpleName(), e);
    }
  }
}
