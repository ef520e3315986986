package dev.rondo.etcd.balancer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Something that was read from files, and the way to read it again.
 *
 * @param files where it comes from
 * @param form makes it of what the files hold
 * @param digest tells one state of the files from another: times and sizes do not, where a whole
 *     folder is put in the place of another
 * @param value what was made
 */
record FromFiles<T>(List<Path> files, Form<T> form, String digest, T value) {
  /** Makes something of the contents of files, in their order. */
  @FunctionalInterface
  interface Form<T> {
    /** Throws {@link IllegalArgumentException} with the name of the file that is wrong. */
    T of(List<byte[]> contents);
  }

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException if one cannot be read, or is wrong
   */
  static <T> FromFiles<T> read(List<Path> files, Form<T> form) {
    List<byte[]> contents = contents(files);
    return new FromFiles<>(files, form, digest(contents), form.of(contents));
  }

  /**
   * Reads the files again, and returns this if nothing has changed.
   *
   * @throws IllegalArgumentException if one cannot be read, or is wrong now
   */
  FromFiles<T> again() {
    List<byte[]> contents = contents(files);
    String now = digest(contents);
    return now.equals(digest) ? this : new FromFiles<>(files, form, now, form.of(contents));
  }

  private static List<byte[]> contents(List<Path> files) {
    List<byte[]> contents = new ArrayList<>();
    for (Path file : files) {
      try {
        contents.add(Files.readAllBytes(file));
      } catch (IOException e) {
        throw new IllegalArgumentException(
            file + " cannot be read: " + e.getClass().getSimpleName(), e);
      }
    }
    return contents;
  }

  private static String digest(List<byte[]> contents) {
    StringBuilder digests = new StringBuilder();
    for (byte[] content : contents) {
      digests.append(HexFormat.of().formatHex(sha256().digest(content)));
    }
    return digests.toString();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Says nothing of what was read. */
  @Override
  public String toString() {
    return "FromFiles" + files;
  }
}
