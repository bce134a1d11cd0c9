package io.dlog.bookie.server;

/** How much room the ledger directories have, as last measured. Thread: safe; never blocks. */
public interface DiskSpace {
    long totalBytes();

    long freeBytes();
}
