package dev.rondo.etcd.companion.rpc;

import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.util.List;

/** Listens, and sees to it that connections pass a {@link FaultGate}. */
final class GatedListener extends NioServerSocketChannel {
  private final FaultGate gate;

  GatedListener(FaultGate gate) {
    this.gate = gate;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws IOException {
    var socket = javaChannel().accept();
    if (socket == null) {
      return 0;
    }
    accepted.add(new GatedConnection(this, socket, gate));
    return 1;
  }
}
