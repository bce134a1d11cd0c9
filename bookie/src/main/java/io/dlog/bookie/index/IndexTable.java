package io.dlog.bookie.index;

/** The tables of an index store. Thread: immutable. */
public enum IndexTable {
    /** Where entries lie: see {@link EntryLocationIndex}. */
    RUNS,
    /** What is kept about ledgers: see {@link LedgerIndex}. */
    LEDGERS,
    /** What is kept about entry logs: see {@link LogIndex}. */
    LOGS,
    /** Checkpoint, ids, format: see {@link StorageMeta}. */
    META
}
