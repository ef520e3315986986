package dev.rondo.etcd.kv;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener of a typed view what can be decoded, and apart what cannot. */
final class DecodingListener<K, V> implements WatchListener {
  private static final Logger log = LoggerFactory.getLogger(DecodingListener.class);

  private final Codecs<K, V> codecs;
  private final TypedWatchListener<K, V> listener;

  DecodingListener(Codecs<K, V> codecs, TypedWatchListener<K, V> listener) {
    this.codecs = codecs;
    this.listener = listener;
  }

  @Override
  public void onBatch(WatchBatch batch) {
    DecodedEvents<K, V> decoded = new DecodedEvents<>(codecs);
    decoded.add(batch);
    DecodingException failure;
    while ((failure = decoded.nextFailure()) != null) {
      tell(failure);
    }
    decoded.rest().ifPresent(listener::onBatch);
  }

  /** What the listener throws here must not keep the batch from it. */
  private void tell(DecodingException failure) {
    log.warn("a watch told something that its codecs cannot decode", failure);
    try {
      listener.onError(failure);
    } catch (RuntimeException | Error e) {
      log.warn("the listener of a watch failed when it was told", e);
    }
  }

  @Override
  public void onEnd(WatchEnd end) {
    listener.onEnd(end);
  }

  @Override
  public void onError(Throwable thrown) {
    listener.onError(thrown);
  }
}
