package dev.rondo.etcd.integration.differential;

import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormat;

/** Messages on one line each. */
final class Texts {
  private static final TextFormat.Printer PRINTER = TextFormat.printer().emittingSingleLine(true);

  private Texts() {}

  static String of(MessageOrBuilder message) {
    return PRINTER.printToString(message).strip();
  }
}
