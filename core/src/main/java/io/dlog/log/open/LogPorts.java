package io.dlog.log.open;

import io.dlog.log.lock.WriteLock;
import io.dlog.log.namespace.LogCatalog;
import io.dlog.log.segment.LogSegmentStore;

/** The metadata of a namespace's logs. Thread: safe. */
interface LogPorts {
    LogCatalog catalog();

    LogSegmentStore segments(String logName);

    /** A lock of its own for each writer. */
    WriteLock writeLock(String logName);
}
