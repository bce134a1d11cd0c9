package io.dlog.log;

import io.dlog.log.record.Compression;
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
    public LogConfig {
        check(
                ackQuorum >= 1 && ackQuorum <= writeQuorum && writeQuorum <= ensembleSize,
                "need 1 <= ack quorum <= write quorum <= ensemble size");
        check(outputBufferBytes >= 0, "output buffer below 0");
        check(maxLogSegmentBytes > 0, "log segment size below 1");
        check(readAheadEntries > 0, "read-ahead below 1");
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    /** The settings that hold where nothing is configured. */
    public static LogConfig defaults() {
        return new Builder().build();
    }

    /** A builder that starts from these settings. */
    public Builder toBuilder() {
        return new Builder()
                .ensembleSize(ensembleSize)
                .writeQuorum(writeQuorum)
                .ackQuorum(ackQuorum)
                .ledgerPassword(ledgerPassword)
                .outputBufferBytes(outputBufferBytes)
                .periodicFlush(periodicFlush)
                .immediateFlush(immediateFlush)
                .compression(compression)
                .rollingInterval(rollingInterval)
                .maxLogSegmentBytes(maxLogSegmentBytes)
                .lockTimeout(lockTimeout)
                .createStreamIfNotExists(createStreamIfNotExists)
                .sanityCheckTxnId(sanityCheckTxnId)
                .zkSessionTimeout(zkSessionTimeout)
                .readTimeout(readTimeout)
                .writeTimeout(writeTimeout)
                .readAheadEntries(readAheadEntries);
    }

    /** Collects settings, starting from the defaults. Thread: owned by its caller. */
    public static final class Builder {
        private int ensembleSize = 3;
        private int writeQuorum = 3;
        private int ackQuorum = 2;
        private String ledgerPassword = "";
        private int outputBufferBytes = 1024;
        private Duration periodicFlush = Duration.ZERO;
        private boolean immediateFlush = false;
        private Compression compression = Compression.NONE;
        private Duration rollingInterval = Duration.ofHours(2);
        private long maxLogSegmentBytes = 256L * 1024 * 1024;
        private Duration lockTimeout = Duration.ofSeconds(30);
        private boolean createStreamIfNotExists = true;
        private boolean sanityCheckTxnId = true;
        private Duration zkSessionTimeout = Duration.ofSeconds(30);
        private Duration readTimeout = Duration.ofSeconds(10);
        private Duration writeTimeout = Duration.ofSeconds(10);
        private int readAheadEntries = 32;

        public Builder() {}

        public Builder ensembleSize(int value) {
            this.ensembleSize = value;
            return this;
        }

        public Builder writeQuorum(int value) {
            this.writeQuorum = value;
            return this;
        }

        public Builder ackQuorum(int value) {
            this.ackQuorum = value;
            return this;
        }

        public Builder ledgerPassword(String value) {
            this.ledgerPassword = value;
            return this;
        }

        public Builder outputBufferBytes(int value) {
            this.outputBufferBytes = value;
            return this;
        }

        public Builder periodicFlush(Duration value) {
            this.periodicFlush = value;
            return this;
        }

        public Builder immediateFlush(boolean value) {
            this.immediateFlush = value;
            return this;
        }

        public Builder compression(Compression value) {
            this.compression = value;
            return this;
        }

        public Builder rollingInterval(Duration value) {
            this.rollingInterval = value;
            return this;
        }

        public Builder maxLogSegmentBytes(long value) {
            this.maxLogSegmentBytes = value;
            return this;
        }

        public Builder lockTimeout(Duration value) {
            this.lockTimeout = value;
            return this;
        }

        public Builder createStreamIfNotExists(boolean value) {
            this.createStreamIfNotExists = value;
            return this;
        }

        public Builder sanityCheckTxnId(boolean value) {
            this.sanityCheckTxnId = value;
            return this;
        }

        public Builder zkSessionTimeout(Duration value) {
            this.zkSessionTimeout = value;
            return this;
        }

        public Builder readTimeout(Duration value) {
            this.readTimeout = value;
            return this;
        }

        public Builder writeTimeout(Duration value) {
            this.writeTimeout = value;
            return this;
        }

        public Builder readAheadEntries(int value) {
            this.readAheadEntries = value;
            return this;
        }

        public LogConfig build() {
            return new LogConfig(
                    ensembleSize,
                    writeQuorum,
                    ackQuorum,
                    ledgerPassword,
                    outputBufferBytes,
                    periodicFlush,
                    immediateFlush,
                    compression,
                    rollingInterval,
                    maxLogSegmentBytes,
                    lockTimeout,
                    createStreamIfNotExists,
                    sanityCheckTxnId,
                    zkSessionTimeout,
                    readTimeout,
                    writeTimeout,
                    readAheadEntries);
        }
    }
}
