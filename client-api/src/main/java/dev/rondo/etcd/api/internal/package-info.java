/** What Rondo's own modules may do with the values of the public API. Not for users. */
@NullMarked
package dev.rondo.etcd.api.internal;

import org.jspecify.annotations.NullMarked;
