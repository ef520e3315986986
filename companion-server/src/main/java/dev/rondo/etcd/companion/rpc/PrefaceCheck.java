package dev.rondo.etcd.companion.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.PendingWriteQueue;
import java.nio.channels.ClosedChannelException;

/**
 * Says nothing to a client before it has begun as one of HTTP/2 does, and hangs up on all others,
 * as etcd does. Netty would speak first, and a client that speaks TLS takes that for a broken
 * answer instead of none.
 */
final class PrefaceCheck extends ChannelDuplexHandler {
  /** How every connection of HTTP/2 begins: RFC 9113, section 3.4. */
  private static final ByteBuf PREFACE =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", US_ASCII).asReadOnly());

  private ByteBuf heard = Unpooled.EMPTY_BUFFER;

  @SuppressWarnings("NullAway.Init") // by handlerAdded, before anything else
  private PendingWriteQueue unsaid;

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    unsaid = new PendingWriteQueue(context);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    heard = Unpooled.wrappedBuffer(heard, (ByteBuf) bytes);
    int known = Math.min(heard.readableBytes(), PREFACE.readableBytes());
    if (!ByteBufUtil.equals(heard, heard.readerIndex(), PREFACE, 0, known)) {
      var unused = context.close();
    } else if (known == PREFACE.readableBytes()) {
      begin(context);
    }
  }

  private void begin(ChannelHandlerContext context) {
    var first = heard;
    heard = Unpooled.EMPTY_BUFFER;
    var unused = unsaid.removeAndWriteAll(); // whoever wrote has the promises
    context.flush();
    context.pipeline().remove(this);
    context.fireChannelRead(first);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    unsaid.add(message, promise);
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    // when there is a client to speak to
  }

  /** Also when the connection has ended. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    heard.release();
    unsaid.removeAndFailAll(new ClosedChannelException());
  }
}
