package dev.rondo.etcd.companion.rpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Refuses messages that are too large or cannot be read, as the gRPC of etcd does. Sees messages
 * before they are parsed, so it needs {@link io.grpc.ServerInterceptors#useInputStreamMessages}.
 *
 * <p>gRPC for Java has a limit of its own, but says so in words of its own, which clients of etcd
 * do not know.
 */
final class RequestLimit implements ServerInterceptor {
  /** What etcd takes by default, 1.5 MiB for a request and 512 KiB for what is around it. */
  static final int BYTES = 2 * 1024 * 1024;

  @Override
  public <RequestT, ResponseT> ServerCall.Listener<RequestT> interceptCall(
      ServerCall<RequestT, ResponseT> call,
      Metadata headers,
      ServerCallHandler<RequestT, ResponseT> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean refused;

      @Override
      public void onMessage(RequestT message) {
        int size = size((InputStream) message);
        if (size > BYTES) {
          refuse(
              Status.RESOURCE_EXHAUSTED.withDescription(
                  "grpc: received message larger than max (" + size + " vs. " + BYTES + ")"));
        }
        if (!refused) {
          deliver(message);
        }
      }

      private void deliver(RequestT message) {
        try {
          super.onMessage(message);
        } catch (StatusRuntimeException unreadable) {
          refuse(
              Status.INTERNAL.withDescription(
                  "grpc: error unmarshalling request: " + unreadable.getStatus().getDescription()));
        }
      }

      private void refuse(Status status) {
        if (!refused) {
          refused = true;
          call.close(status, new Metadata());
        }
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }
    };
  }

  /** A compressed message does not tell its size; the engine's own limit remains for that. */
  private static int size(InputStream message) {
    try {
      return message instanceof KnownLength ? message.available() : 0;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot tell the size of a message in memory", e);
    }
  }
}
