package dev.rondo.etcd.api;

import java.util.function.Function;

/** The codecs that come with {@link Codec}. */
record StandardCodec<T>(Function<T, Bytes> encoder, Function<Bytes, T> decoder)
    implements Codec<T> {
  static final Codec<String> UTF8 = new StandardCodec<>(Bytes::utf8, Bytes::utf8);
  static final Codec<Bytes> BYTES = new StandardCodec<>(bytes -> bytes, bytes -> bytes);
  static final Codec<Long> INT64 =
      new StandardCodec<>(
          number -> Bytes.utf8(Long.toString(number)), bytes -> Long.valueOf(bytes.utf8()));

  @Override
  public Bytes encode(T value) {
    return encoder.apply(value);
  }

  @Override
  public T decode(Bytes bytes) {
    return decoder.apply(bytes);
  }
}
