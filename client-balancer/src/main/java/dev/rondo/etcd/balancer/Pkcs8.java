package dev.rondo.etcd.balancer;

import java.io.ByteArrayOutputStream;
import java.security.PublicKey;
import java.util.Arrays;

/**
 * Puts a private key that stands alone, as in the older PEM forms, into the form in which Java
 * takes it: beside the name of its algorithm (RFC 5958).
 */
final class Pkcs8 {
  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;
  private static final byte[] VERSION_0 = element(INTEGER, new byte[] {0});

  private Pkcs8() {}

  /**
   * Wraps a key.
   *
   * @param key as PKCS#1 or SEC 1 has it
   * @param belonging the public key that belongs to it, from which the name of the algorithm and
   *     the curve are taken
   */
  static byte[] wrap(byte[] key, PublicKey belonging) {
    return element(
        SEQUENCE, VERSION_0, algorithm(belonging.getEncoded()), element(OCTET_STRING, key));
  }

  /** The first element inside of a SubjectPublicKeyInfo (RFC 5280). */
  private static byte[] algorithm(byte[] publicKey) {
    int start = contentStart(publicKey, 0);
    int content = contentStart(publicKey, start);
    return Arrays.copyOfRange(publicKey, start, content + contentLength(publicKey, start));
  }

  private static int contentStart(byte[] der, int element) {
    int length = der[element + 1];
    return element + 2 + (length < 0 ? length & 0x7f : 0);
  }

  private static int contentLength(byte[] der, int element) {
    int length = der[element + 1];
    if (length >= 0) {
      return length;
    }
    length = 0;
    for (int i = element + 2; i < contentStart(der, element); i++) {
      length = (length << 8) | (der[i] & 0xff);
    }
    return length;
  }

  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    writeLength(element, content.size());
    element.writeBytes(content.toByteArray());
    return element.toByteArray();
  }

  private static void writeLength(ByteArrayOutputStream out, int length) {
    if (length < 0x80) {
      out.write(length);
      return;
    }
    int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
    out.write(0x80 | bytes);
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      out.write(length >>> shift);
    }
  }
}
