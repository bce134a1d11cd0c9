package io.dlog.bookie.storage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/** Counts readers, so that what they read is closed after the last one left. Thread: safe, because of a leaf lock. */
final class ReaderGate {
    private final Object lock = new Object();

    @GuardedBy("lock")
    private int readers;

    @GuardedBy("lock")
    private boolean isClosed;

    @GuardedBy("lock")
    private @Nullable Runnable whenEmpty;

    void enter() throws StorageException {
        synchronized (lock) {
            if (isClosed) {
                throw new StorageException("storage is closed");
            }
            readers++;
        }
    }

    void leave() {
        Runnable callback = null;
        synchronized (lock) {
            readers--;
            if (readers == 0 && isClosed) {
                callback = whenEmpty;
                whenEmpty = null;
            }
        }
        if (callback != null) {
            callback.run();
        }
    }

    /** Lets nobody in any more and runs the callback once all have left. */
    void close(Runnable callback) {
        synchronized (lock) {
            isClosed = true;
            if (readers > 0) {
                whenEmpty = callback;
                return;
            }
        }
        callback.run();
    }
}
