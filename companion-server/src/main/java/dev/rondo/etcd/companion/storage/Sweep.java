package dev.rondo.etcd.companion.storage;

/**
 * Removes what no revision from a new floor on needs. Runs when nobody holds the old floor any
 * more, and without locks: it holds neither readers nor the writer up.
 *
 * <p>It need not look at every key: whatever became superfluous did so by a change between the two
 * floors, and each change knows the version that it replaced.
 */
final class Sweep implements Runnable {
  private final Contents contents;
  private final long from;
  private final Floor floor;

  Sweep(Contents contents, long from, Floor floor) {
    this.contents = contents;
    this.from = from;
    this.floor = floor;
  }

  @Override
  public void run() {
    long end = floor.revision();
    for (long revision = Math.max(from, Store.FIRST_REVISION); revision < end; revision++) {
      sweep(revision);
      contents.log().at(revision).stream()
          .filter(Version::isTombstone)
          .forEach(contents.footprint()::remove);
      contents.log().remove(revision);
    }
    sweep(end); // what it changed stays in the log: a watch may start here, and sees deletes, too
    floor.markSwept();
  }

  private void sweep(long revision) {
    for (var version : contents.log().at(revision)) {
      var replaced = version.cut();
      if (replaced != null && !replaced.isTombstone()) {
        contents.footprint().remove(replaced);
      }
      if (version.isTombstone()) {
        contents.index().remove(Key.of(version.keyValue().getKey()), version);
      }
    }
  }
}
