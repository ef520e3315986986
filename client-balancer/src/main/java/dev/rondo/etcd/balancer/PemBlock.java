package dev.rondo.etcd.balancer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One block of a PEM file. */
final class PemBlock {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";

  private final String label;
  private final byte[] content;
  private final boolean isOldEncryption;

  private PemBlock(String label, byte[] content, boolean isOldEncryption) {
    this.label = label;
    this.content = content;
    this.isOldEncryption = isOldEncryption;
  }

  /** What stands after BEGIN. */
  String label() {
    return label;
  }

  /** What the block holds, decoded. */
  byte[] content() {
    return content;
  }

  /** Whether it is encrypted in OpenSSL's old form, which says so in headers of its own. */
  boolean isOldEncryption() {
    return isOldEncryption;
  }

  /**
   * Finds the blocks; what stands between them is passed over.
   *
   * @throws IllegalArgumentException if a block has no end, as in a file that is being written
   */
  static List<PemBlock> all(Path file, byte[] content) {
    List<PemBlock> blocks = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    String label = null;
    boolean isOldEncryption = false;
    for (String line : new String(content, ISO_8859_1).lines().map(String::strip).toList()) {
      if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
        mustBeOutside(label, file);
        label = line.substring(BEGIN.length(), line.length() - DASHES.length());
        body.setLength(0);
        isOldEncryption = false;
      } else if (label != null && line.equals(END + label + DASHES)) {
        blocks.add(new PemBlock(label, decoded(body), isOldEncryption));
        label = null;
      } else if (line.contains(":")) {
        isOldEncryption |= line.startsWith("Proc-Type:") && line.endsWith("ENCRYPTED");
      } else {
        body.append(line);
      }
    }
    mustBeOutside(label, file);
    return blocks;
  }

  private static void mustBeOutside(@Nullable String label, Path file) {
    if (label != null) {
      throw new IllegalArgumentException(
          file + " must hold whole PEM blocks, but one has no end (BEGIN " + label + ")");
    }
  }

  /** What is no Base64 is passed over: whoever parses the content sees that something is wrong. */
  private static byte[] decoded(CharSequence body) {
    try {
      return Base64.getMimeDecoder().decode(body.toString());
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** Does not show the content. */
  @Override
  public String toString() {
    return "PemBlock[" + label + "]";
  }
}
