package dev.rondo.etcd.companion.watch;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.storage.Interval;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watchers of ranges, to be found by a key within.
 *
 * <p>A search tree in the order of the ranges, kept level by random priorities (a treap), in which
 * each node knows how far the ranges below it reach: a look-up skips what ends before the key. Not
 * thread safe.
 */
final class RangeTree {
  private static final Comparator<ByteString> BYTES =
      ByteString.unsignedLexicographicalComparator();
  private static final Comparator<Interval> ORDER =
      Comparator.comparing(Interval::key, BYTES).thenComparing(Interval::end, BYTES);

  private final Map<Interval, Node> nodes = new HashMap<>();
  private @Nullable Node root;

  void add(Watcher watcher) {
    var node = nodes.get(watcher.keys());
    if (node == null) {
      node = new Node(watcher.keys());
      nodes.put(watcher.keys(), node);
      root = insert(root, node);
    }
    node.watchers.add(watcher);
  }

  void remove(Watcher watcher) {
    var node = nodes.get(watcher.keys());
    if (node != null && node.watchers.remove(watcher) && node.watchers.isEmpty()) {
      nodes.remove(watcher.keys());
      root = delete(root, node);
    }
  }

  void forEach(ByteString key, Consumer<Watcher> action) {
    visit(root, key, action);
  }

  private static void visit(@Nullable Node node, ByteString key, Consumer<Watcher> action) {
    if (node == null || !endsAfter(node.reach, key)) {
      return;
    }
    visit(node.left, key, action);
    if (BYTES.compare(node.range.key(), key) <= 0) {
      if (endsAfter(node.range, key)) {
        node.watchers.forEach(action);
      }
      visit(node.right, key, action);
    }
  }

  private static boolean endsAfter(Interval range, ByteString key) {
    return range.isOpen() || BYTES.compare(key, range.end()) < 0;
  }

  private static Node insert(@Nullable Node node, Node fresh) {
    if (node == null) {
      return fresh;
    }
    if (ORDER.compare(fresh.range, node.range) < 0) {
      var left = insert(node.left, fresh);
      node.left = left;
      return left.priority > node.priority ? liftLeft(node, left) : node.measured();
    }
    var right = insert(node.right, fresh);
    node.right = right;
    return right.priority > node.priority ? liftRight(node, right) : node.measured();
  }

  private static Node liftLeft(Node node, Node left) {
    node.left = left.right;
    left.right = node.measured();
    return left.measured();
  }

  private static Node liftRight(Node node, Node right) {
    node.right = right.left;
    right.left = node.measured();
    return right.measured();
  }

  private static @Nullable Node delete(@Nullable Node node, Node gone) {
    if (node == null) {
      return null;
    }
    if (node == gone) {
      return join(gone.left, gone.right);
    }
    if (ORDER.compare(gone.range, node.range) < 0) {
      node.left = delete(node.left, gone);
    } else {
      node.right = delete(node.right, gone);
    }
    return node.measured();
  }

  /** Makes one tree of two, where all ranges of the left come before all of the right. */
  private static @Nullable Node join(@Nullable Node left, @Nullable Node right) {
    if (left == null) {
      return right;
    }
    if (right == null) {
      return left;
    }
    if (left.priority > right.priority) {
      left.right = join(left.right, right);
      return left.measured();
    }
    right.left = join(left, right.left);
    return right.measured();
  }

  private static final class Node {
    final Interval range;
    final int priority = ThreadLocalRandom.current().nextInt();
    final Set<Watcher> watchers = new LinkedHashSet<>();
    @Nullable Node left;
    @Nullable Node right;

    /** Of this range and all below, the one that ends last. */
    Interval reach;

    Node(Interval range) {
      this.range = range;
      this.reach = range;
    }

    Node measured() {
      reach = range;
      extend(left);
      extend(right);
      return this;
    }

    private void extend(@Nullable Node child) {
      if (child != null && !reach.isOpen() && endsAfter(child.reach, reach.end())) {
        reach = child.reach;
      }
    }
  }
}
