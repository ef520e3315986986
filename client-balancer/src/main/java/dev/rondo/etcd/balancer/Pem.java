package dev.rondo.etcd.balancer;

import dev.rondo.etcd.balancer.channel.Identity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates and keys in PEM form, and says what is wrong with a file without showing what
 * is in it.
 */
final class Pem {
  private static final Set<String> CERTIFICATE = Set.of("CERTIFICATE", "X509 CERTIFICATE");

  private Pem() {}

  /** Returns the certificates in {@code file}, at least one; blocks of other kinds may be there. */
  static List<X509Certificate> certificates(Path file, byte[] content) {
    List<X509Certificate> certificates = new ArrayList<>();
    for (PemBlock block : PemBlock.all(file, content)) {
      if (CERTIFICATE.contains(block.label())) {
        certificates.add(certificate(file, block));
      }
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException(
          file + " must hold certificates in PEM form, but has none");
    }
    return certificates;
  }

  private static X509Certificate certificate(Path file, PemBlock block) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(block.content()));
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          file + " must hold certificates in PEM form, but is damaged", e);
    }
  }

  /**
   * Returns the first key in {@code keyFile} with the certificates in {@code chainFile}.
   *
   * @param password opens the key if it is encrypted; null if there is none
   */
  static Identity identity(
      Path chainFile, byte[] chain, Path keyFile, byte[] key, char @Nullable [] password) {
    List<X509Certificate> certificates = certificates(chainFile, chain);
    PublicKey certified = certificates.get(0).getPublicKey();
    PrivateKey read = privateKey(keyFile, key, password, certified);
    if (!KeyPairs.belongTogether(read, certified)) {
      throw new IllegalArgumentException(
          "the key in " + keyFile + " does not belong to the certificate in " + chainFile);
    }
    return new Identity(read, chain(certificates));
  }

  /** The first certificate with those that lead from it to its CA, in this order. */
  private static List<X509Certificate> chain(List<X509Certificate> certificates) {
    List<X509Certificate> left = new ArrayList<>(certificates);
    List<X509Certificate> chain = new ArrayList<>();
    Optional<X509Certificate> next = Optional.of(left.get(0));
    while (next.isPresent()) {
      X509Certificate link = next.get();
      left.remove(link);
      chain.add(link);
      next =
          left.stream()
              .filter(
                  other -> other.getSubjectX500Principal().equals(link.getIssuerX500Principal()))
              .findFirst();
    }
    return chain;
  }

  private static PrivateKey privateKey(
      Path file, byte[] content, char @Nullable [] password, PublicKey certified) {
    for (PemBlock block : PemBlock.all(file, content)) {
      if (block.isOldEncryption()) {
        throw new IllegalArgumentException(
            file
                + " must hold a key in PKCS#8 form if it is encrypted (BEGIN ENCRYPTED PRIVATE"
                + " KEY), but has it in OpenSSL's old form (Proc-Type: 4,ENCRYPTED; openssl pkcs8"
                + " -topk8 -v2 aes-256-cbc converts it)");
      }
      switch (block.label()) {
        case "PRIVATE KEY" -> {
          return plain(file, block.content(), certified);
        }
        case "RSA PRIVATE KEY" -> {
          return bare(file, block, "RSA", certified);
        }
        case "EC PRIVATE KEY" -> {
          return bare(file, block, "EC", certified);
        }
        case "ENCRYPTED PRIVATE KEY" -> {
          return encrypted(file, block.content(), password, certified);
        }
        default -> refuseOtherKey(file, block.label());
      }
    }
    throw new IllegalArgumentException(file + " must hold a private key in PEM form, but has none");
  }

  private static void refuseOtherKey(Path file, String label) {
    if (label.endsWith("PRIVATE KEY")) {
      throw new IllegalArgumentException(
          file
              + " must hold a key as PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY or ENCRYPTED"
              + " PRIVATE KEY, but has BEGIN "
              + label
              + " (openssl pkcs8 -topk8 may convert it)");
    }
  }

  private static PrivateKey bare(Path file, PemBlock block, String kind, PublicKey certified) {
    if (!certified.getAlgorithm().equals(kind)) {
      throw otherKind(file, certified);
    }
    return plain(file, Pkcs8.wrap(block.content(), certified), certified);
  }

  private static PrivateKey plain(Path file, byte[] pkcs8, PublicKey certified) {
    try {
      return KeyFactory.getInstance(certified.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException e) {
      throw otherKind(file, certified);
    }
  }

  private static IllegalArgumentException otherKind(Path file, PublicKey certified) {
    return new IllegalArgumentException(
        file
            + " must hold a key of the certificate's kind ("
            + certified.getAlgorithm()
            + "), but does not");
  }

  private static PrivateKey encrypted(
      Path file, byte[] content, char @Nullable [] password, PublicKey certified) {
    if (password == null) {
      throw new IllegalArgumentException(
          file + " holds an encrypted key, which needs a password, but none was given");
    }
    return plain(file, decrypt(file, content, password), certified);
  }

  private static byte[] decrypt(Path file, byte[] content, char[] password) {
    // JDK 17 takes no others, and how later ones turn them into bytes is their own affair
    if (!CharBuffer.wrap(password)
        .chars()
        .allMatch(character -> character >= ' ' && character <= '~')) {
      throw new IllegalArgumentException(
          "the password of " + file + " must be printable ASCII, but is not");
    }
    Cipher cipher;
    Key key;
    EncryptedPrivateKeyInfo info;
    PBEKeySpec opening = new PBEKeySpec(password);
    try {
      info = new EncryptedPrivateKeyInfo(content);
      AlgorithmParameters parameters = info.getAlgParameters();
      String algorithm =
          parameters != null && parameters.getAlgorithm().equals("PBES2")
              ? parameters.toString() // the names of the hash and the cipher within
              : info.getAlgName();
      key = SecretKeyFactory.getInstance(algorithm).generateSecret(opening);
      cipher = Cipher.getInstance(algorithm);
      cipher.init(Cipher.DECRYPT_MODE, key, parameters);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException(
          file
              + " must hold a key that is encrypted in a way the JDK knows, such as PBES2 with AES,"
              + " but does not (openssl pkcs8 -topk8 -v2 aes-256-cbc converts it)");
    } finally {
      opening.clearPassword();
    }
    try {
      return info.getKeySpec(cipher).getEncoded();
    } catch (InvalidKeySpecException e) {
      throw new IllegalArgumentException(
          "the key in " + file + " cannot be opened with the password that was given");
    }
  }
}
