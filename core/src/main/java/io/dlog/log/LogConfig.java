package io.dlog.log;

import java.time.Duration;

/**
 * Settings of the log library. Thread: immutable.
 *
 * @param ensembleSize E of new log segments
 * @param writeQuorum Qw
 * @param ackQuorum Qa
 * @param ledgerPassword password of the ledgers
 * @param outputBufferBytes records are sent once this many bytes wait; 0: each at once
 * @param periodicFlush sends what waits and makes it visible this often; zero: never
 * @param immediateFlush makes each acknowledged record visible at once by a control record
 * @param compression of entries
 * @param rollingInterval age at which a log segment is completed; zero: by size
 * @param maxLogSegmentBytes size at which a log segment is completed, when {@code rollingInterval} is zero
 * @param lockTimeout how long an opening writer waits for the lock; zero: not at all
 * @param createStreamIfNotExists a writer makes the log when there is none
 * @param sanityCheckTxnId transaction ids are checked against the stored maximum
 * @param zkSessionTimeout of the sessions that hold locks
 * @param readTimeout of requests to bookies for reads
 * @param writeTimeout of requests to bookies for adds
 * @param readAheadEntries entries a reader fetches before they are asked for
 */
public record LogConfig(
        int ensembleSize,
        int writeQuorum,
        int ackQuorum,
        String ledgerPassword,
        int outputBufferBytes,
        Duration periodicFlush,
        boolean immediateFlush,
        Compression compression,
        Duration rollingInterval,
        long maxLogSegmentBytes,
        Duration lockTimeout,
        boolean createStreamIfNotExists,
        boolean sanityCheckTxnId,
        Duration zkSessionTimeout,
        Duration readTimeout,
        Duration writeTimeout,
        int readAheadEntries) {
    /** How an entry's records are packed. */
    public enum Compression {
        NONE,
        LZ4
    }
}
