package dev.rondo.etcd.companion.rpc;

import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Listens, and sees to it that connections pass a {@link FaultGate}. */
final class GatedListener extends NioServerSocketChannel {
  private final FaultGate gate;
  private final Consumer<ChannelPipeline> entrance;

  GatedListener(FaultGate gate, Consumer<ChannelPipeline> entrance) {
    this.gate = gate;
    this.entrance = entrance;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws IOException {
    var socket = javaChannel().accept();
    if (socket == null) {
      return 0;
    }
    var connection = new GatedConnection(this, socket, gate);
    entrance.accept(connection.pipeline());
    accepted.add(connection);
    return 1;
  }
}
