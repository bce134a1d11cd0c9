package io.dlog.bookie.ledger;

/** Who waits for a ledger's LAC to move. Called at most once, on any thread, without a lock held; must not block. */
public interface LacWatcher {
    /** The LAC is now higher than the watcher had seen. */
    void onLac(long lac);

    /** The ledger was deleted here. */
    void onDeleted();
}
