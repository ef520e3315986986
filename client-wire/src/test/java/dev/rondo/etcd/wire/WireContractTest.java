package dev.rondo.etcd.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Compares what was generated with etcd's API, item by item: one line a service method, field or
 * enum value.
 */
class WireContractTest {
  private static final List<FileDescriptor> FILES =
      List.of(
          RpcProto.getDescriptor(),
          MvccProto.getDescriptor(),
          AuthProto.getDescriptor(),
          LockProto.getDescriptor(),
          ElectionProto.getDescriptor());

  @Test
  void everyNameNumberAndTypeIsAsOnTheWire() {
    Set<String> generated = new TreeSet<>();
    for (FileDescriptor file : FILES) {
      file.getServices().forEach(service -> describe(service, generated));
      file.getMessageTypes().forEach(message -> describe(message, generated));
      file.getEnumTypes().forEach(type -> describe(type, generated));
    }

    assertThat(generated).containsExactlyElementsOf(new TreeSet<>(contract()));
  }

  @Test
  void theContractIsComplete() {
    List<String> contract = contract();

    assertThat(contract.stream().filter(line -> line.startsWith("rpc"))).hasSize(49);
    assertThat(contract.stream().filter(line -> line.startsWith("message"))).hasSize(117);
    assertThat(contract.stream().filter(line -> line.startsWith("field"))).hasSize(261);
    assertThat(contract.stream().filter(line -> line.startsWith("enum"))).hasSize(33);
  }

  private static void describe(ServiceDescriptor service, Set<String> lines) {
    for (MethodDescriptor method : service.getMethods()) {
      String kind =
          method.isClientStreaming()
              ? (method.isServerStreaming() ? "BD" : "CS")
              : (method.isServerStreaming() ? "SS" : "U");
      lines.add(
          line(
              "rpc",
              service.getFullName(),
              method.getName(),
              method.getInputType().getName(),
              method.getOutputType().getName(),
              kind));
    }
  }

  private static void describe(Descriptor message, Set<String> lines) {
    lines.add(line("message", message.getFullName(), message.getFields().size()));
    for (FieldDescriptor field : message.getFields()) {
      var oneof = field.getRealContainingOneof();
      lines.add(
          line(
              "field",
              message.getFullName(),
              field.getName(),
              field.getNumber(),
              typeOf(field),
              field.isRepeated() ? "rep" : "-",
              oneof == null ? "-" : oneof.getName()));
    }
    message.getNestedTypes().forEach(nested -> describe(nested, lines));
    message.getEnumTypes().forEach(nested -> describe(nested, lines));
  }

  private static void describe(EnumDescriptor type, Set<String> lines) {
    for (var value : type.getValues()) {
      lines.add(line("enum", type.getFullName(), value.getName(), value.getNumber()));
    }
  }

  /** A type of the same package stands without the package's name, as in the contract. */
  private static String typeOf(FieldDescriptor field) {
    String home = field.getFile().getPackage() + ".";
    String type =
        switch (field.getJavaType()) {
          case MESSAGE -> field.getMessageType().getFullName();
          case ENUM -> field.getEnumType().getFullName();
          default -> field.getType().name().toLowerCase(java.util.Locale.ROOT);
        };
    return type.startsWith(home) ? type.substring(home.length()) : type;
  }

  private static String line(Object... cells) {
    return String.join("\t", List.of(cells).stream().map(Object::toString).toList());
  }

  private static List<String> contract() {
    try (var in = WireContractTest.class.getResourceAsStream("/etcd-v3-api.tsv")) {
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
