package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Revision;

/**
 * The cluster holds a key or a value that the codec of a typed view cannot read. It is left as it
 * is: read or delete it through the untyped client.
 *
 * <p>The message names neither. What the codec threw is not the {@linkplain #getCause cause}, lest
 * it be logged, because codecs like to quote what they could not read; see {@link #thrown}.
 */
public final class DecodingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What could not be read. */
  public enum Part {
    /** The key. */
    KEY,
    /** The value. */
    VALUE
  }

  private final Part part;
  private final transient Bytes key;
  private final transient Revision modRevision;
  private final transient RuntimeException thrown;

  DecodingException(Part part, Bytes key, Revision modRevision, RuntimeException thrown) {
    super(
        (part == Part.KEY ? "a key of " : "the value of a key of ")
            + key.size()
            + " bytes, changed last at revision "
            + modRevision
            + ", cannot be decoded: its codec threw "
            + thrown.getClass().getName());
    this.part = part;
    this.key = key;
    this.modRevision = modRevision;
    this.thrown = thrown;
  }

  /** What could not be read. */
  public Part part() {
    return part;
  }

  /** The key, as the untyped client knows it. */
  public Bytes key() {
    return key;
  }

  /** The revision at which the key was changed last. */
  public Revision modRevision() {
    return modRevision;
  }

  /** What the codec threw. It may quote the value. */
  public RuntimeException thrown() {
    return thrown;
  }
}
