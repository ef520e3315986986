package dev.rondo.etcd.companion.rpc;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection whose socket is left alone while its {@link FaultGate} is shut. What is above it
 * goes on writing into Netty's buffer, which then looks like that of a client that does not read.
 *
 * <p>All methods are for the event loop.
 */
final class GatedConnection extends NioSocketChannel {
  private static final Logger log = LoggerFactory.getLogger(GatedConnection.class);

  private final FaultGate gate;
  private final Door door = new Door();

  GatedConnection(GatedListener listener, SocketChannel socket, FaultGate gate) {
    super(listener, socket);
    this.gate = gate;
    pipeline().addFirst(door);
  }

  void hold() {
    clearReadPending();
  }

  void release() {
    unsafe().forceFlush();
    // Everything above always wants to read, so it did not ask to in vain while it could not.
    read();
    door.release();
  }

  /** Closes so that the other side sees a reset. */
  void reset() {
    try {
      config().setSoLinger(0);
    } catch (ChannelException e) {
      log.debug("the connection was gone already", e);
    }
    hangUp();
  }

  /** Closes past the pipeline: nothing above may still write, or hold this up. */
  void hangUp() {
    unsafe().close(voidPromise());
  }

  @Override
  protected void doBeginRead() throws Exception {
    if (!gate.isShut()) {
      super.doBeginRead();
    }
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer waiting) throws Exception {
    if (gate.isShut()) {
      clearOpWrite();
    } else {
      super.doWrite(waiting);
    }
  }

  /**
   * Next to the socket: lets the connection into the gate, and holds up those who would close it.
   */
  private final class Door extends ChannelDuplexHandler {
    private final Queue<Runnable> closing = new ArrayDeque<>();

    @Override
    public void channelRegistered(ChannelHandlerContext context) {
      gate.enter(GatedConnection.this);
      context.fireChannelRegistered();
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
      if (gate.isShut()) {
        closing.add(() -> closeNow(context, promise));
      } else {
        closeNow(context, promise);
      }
    }

    private static void closeNow(ChannelHandlerContext context, ChannelPromise promise) {
      var unused = context.close(promise); // whoever gave the promise hears of it
    }

    void release() {
      for (var close = closing.poll(); close != null; close = closing.poll()) {
        close.run();
      }
    }
  }
}
