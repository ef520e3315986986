/** One member: proposes commands, applies what was agreed and reads what was applied. */
@NullMarked
package dev.rondo.etcd.companion.engine;

import org.jspecify.annotations.NullMarked;
