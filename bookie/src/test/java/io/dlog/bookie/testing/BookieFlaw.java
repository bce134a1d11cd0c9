package io.dlog.bookie.testing;

/** Bugs planted around the production bookie, which the simulation must find. */
public enum BookieFlaw {
    NONE,
    /** Journal writes return before they are on the disk: O_DSYNC forgotten. */
    JOURNAL_WRITES_ARE_NOT_DURABLE,
    /** Adds and fences are answered before the journal has them. */
    ANSWERS_BEFORE_DURABLE,
    /** Adds and fences are answered with success although the journal failed. */
    JOURNAL_FAILURE_IGNORED,
    /** Fences in memory only. */
    FENCE_NOT_LOGGED,
    /** Fences for a LAC read, but not for the reads of a recovery (BookKeeper issue 2614). */
    RECOVERY_READ_DOES_NOT_FENCE,
    /** Replay takes the last batch for torn. */
    REPLAY_SKIPS_LAST_BATCH,
    /** The index names entries of a log that was not synced. */
    INDEX_AHEAD_OF_ENTRY_LOG,
    /** Says "no such entry" when its disk fails (BookKeeper issue 2908). */
    ERROR_READS_AS_NO_ENTRY
}
