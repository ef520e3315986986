package dev.rondo.etcd.balancer;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.rondo.etcd.wire.ResponseHeader;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Reads what all of etcd's answers have in common, without knowing which one it is. */
final class AnswerHeader {
  private static final Map<Descriptor, Optional<FieldDescriptor>> FIELDS =
      new ConcurrentHashMap<>();

  private AnswerHeader() {}

  /** Returns the term of the consensus in which the member answered; 0 if it does not say. */
  static long term(@Nullable Object answer) {
    if (!(answer instanceof Message message)) {
      return 0;
    }
    Optional<FieldDescriptor> field =
        FIELDS.computeIfAbsent(message.getDescriptorForType(), AnswerHeader::field);
    return field.isPresent() && message.getField(field.get()) instanceof ResponseHeader header
        ? header.getRaftTerm()
        : 0;
  }

  private static Optional<FieldDescriptor> field(Descriptor answer) {
    return Optional.ofNullable(answer.findFieldByName("header"));
  }
}
