package dev.rondo.etcd.integration.differential;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.rondo.etcd.wire.ClusterGrpc;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.WatchGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One request to one member.
 *
 * <p>It is written as {@code @1 Put key: "a" value: "1"}: the number of the member, which is left
 * out for the first, the method, and the request in protobuf's text format with {@link Symbols}.
 *
 * @param member the number of the member that is asked
 */
record Step(int member, MethodDescriptor<?, ?> method, Message request) {
  private static final Map<String, MethodDescriptor<?, ?>> METHODS =
      Stream.of(
              KVGrpc.getServiceDescriptor(),
              LeaseGrpc.getServiceDescriptor(),
              WatchGrpc.getServiceDescriptor(),
              ClusterGrpc.getServiceDescriptor(),
              MaintenanceGrpc.getServiceDescriptor())
          .map(ServiceDescriptor::getMethods)
          .flatMap(methods -> methods.stream())
          .collect(Collectors.toMap(MethodDescriptor::getBareMethodName, Function.identity()));
  private static final Pattern WRITTEN = Pattern.compile("(?:@(\\d) )?(\\w+) ?(.*)");

  /** Asks the first member. */
  static Step of(MethodDescriptor<?, ?> method, Message request) {
    return new Step(0, method, request);
  }

  static Step parse(String line) {
    var written = WRITTEN.matcher(line);
    if (!written.matches() || !METHODS.containsKey(written.group(2))) {
      throw new IllegalArgumentException("not a step: " + line);
    }
    var method = METHODS.get(written.group(2));
    var request = prototype(method).newBuilderForType();
    try {
      TextFormat.merge(Symbols.number(written.group(3)), request);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException("not a request: " + line, e);
    }
    int member = written.group(1) == null ? 0 : Integer.parseInt(written.group(1));
    return new Step(member, method, request.build());
  }

  private static Message prototype(MethodDescriptor<?, ?> method) {
    var marshaller = (PrototypeMarshaller<?>) method.getRequestMarshaller();
    return (Message) Objects.requireNonNull(marshaller.getMessagePrototype());
  }

  Step askedOf(int member) {
    return new Step(member, method, request);
  }

  boolean is(MethodDescriptor<?, ?> method) {
    return this.method.getFullMethodName().equals(method.getFullMethodName());
  }

  @Override
  public String toString() {
    var asked = member == 0 ? "" : "@" + member + " ";
    return (asked + method.getBareMethodName() + " " + Symbols.name(Texts.of(request))).strip();
  }
}
