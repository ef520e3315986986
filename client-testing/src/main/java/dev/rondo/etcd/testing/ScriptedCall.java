package dev.rondo.etcd.testing;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * One call that a {@link ScriptedServer} received, and the way to answer it, now or later and from
 * any thread.
 *
 * <p>A call that is neither completed nor failed stays open. What is sent to a call that is over is
 * dropped.
 */
public final class ScriptedCall<RequestT, ResponseT> {
  private final ServerCall<RequestT, ResponseT> call;
  private final Metadata headers;

  // All guarded by this.
  private final List<RequestT> requests = new ArrayList<>();
  private boolean headersSent;
  private boolean over;
  private boolean cancelled;

  ScriptedCall(ServerCall<RequestT, ResponseT> call, Metadata headers) {
    this.call = call;
    this.headers = headers;
  }

  /** Returns the method's full name, such as {@code etcdserverpb.KV/Range}. */
  public String method() {
    return call.getMethodDescriptor().getFullMethodName();
  }

  /** Returns the headers that the client sent. */
  public Metadata headers() {
    return headers;
  }

  /** Returns the certificate that the client showed, or nothing if it showed none. */
  public Optional<X509Certificate> clientCertificate() {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return Optional.empty();
    }
    try {
      return Optional.of((X509Certificate) session.getPeerCertificates()[0]);
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  /** Returns the messages received so far. */
  public synchronized List<RequestT> requests() {
    return List.copyOf(requests);
  }

  /** Answers a unary call: one message, and the end. */
  public void reply(ResponseT response) {
    send(response);
    complete();
  }

  /** Sends a message and keeps the call open. */
  public synchronized void send(ResponseT response) {
    if (over) {
      return;
    }
    sendHeaders();
    call.sendMessage(response);
  }

  /**
   * Sends the headers of the answer without a message, as a server does that has accepted a stream.
   */
  public synchronized void sendHeaders() {
    if (over || headersSent) {
      return;
    }
    headersSent = true;
    call.sendHeaders(new Metadata());
  }

  /** Ends the call well. */
  public void complete() {
    fail(Status.OK);
  }

  /** Ends the call with a status. */
  public void fail(Status status) {
    fail(status, new Metadata());
  }

  /** Ends the call with a status and trailers. */
  public synchronized void fail(Status status, Metadata trailers) {
    if (over) {
      return;
    }
    over = true;
    call.close(status, trailers);
  }

  /**
   * Returns whether the client gave the call up, or lost its connection, before the call was over.
   */
  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Returns whether the call was completed, failed or cancelled. */
  public synchronized boolean isOver() {
    return over;
  }

  synchronized void add(RequestT request) {
    requests.add(request);
  }

  synchronized void cancelled() {
    cancelled = !over;
    over = true;
  }

  void halfClosed() {
    if (!call.getMethodDescriptor().getType().clientSendsOneMessage()) {
      complete();
    }
  }
}
