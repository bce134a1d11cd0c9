package io.dlog.interop;

import io.dlog.log.LogSegmentInfo;
import io.dlog.log.record.Compression;
import io.dlog.log.record.DLSN;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What a program does with the logs of a namespace, through either library. Thread: owned by the test. */
interface LogUser extends AutoCloseable {
    /** Whom the other library is told that holds a lock. */
    String clientId();

    /** Whether a reader from a truncated position is refused, rather than moved to the first record that is left. */
    boolean refusesTruncatedPositions();

    /**
     * Whether a waiting reader goes on counting in a log segment that is opened meanwhile, rather than giving its records negative
     * sequence ids.
     */
    boolean countsOnInNewSegments();

    void createLog(String log) throws Exception;

    /** Takes the write lock without waiting. */
    Writer openWriter(String log, Settings settings) throws Exception;

    /** The owner named when a writer is refused; empty when it is not. */
    Optional<String> refusedInFavourOf(String log) throws Exception;

    /** Reads from a position, from what is left of the log when that is its first. */
    Reader openReader(String log, DLSN from) throws Exception;

    Reader openReader(String log, long fromTxId) throws Exception;

    /** Whether a position is refused because it was truncated. */
    boolean refusesAsTruncated(String log, DLSN from) throws Exception;

    /** Whether a writer is told that the log has ended. */
    boolean refusesAsEnded(String log, long txId) throws Exception;

    List<LogSegmentInfo> segments(String log) throws Exception;

    boolean isEnded(String log) throws Exception;

    /** Records of a log that are not truncated. */
    long recordCount(String log) throws Exception;

    Seen lastRecord(String log) throws Exception;

    @Override
    void close() throws Exception;

    /** A log being written. */
    interface Writer {
        CompletableFuture<DLSN> write(long txId, byte[] payload);

        /** Writes a record set; completes with the position of its first record. */
        CompletableFuture<DLSN> writeSet(long txId, List<byte[]> payloads, Compression compression);

        /** Writes a control record. */
        void heartbeat(long txId) throws Exception;

        boolean truncate(DLSN before) throws Exception;

        void markEndOfStream() throws Exception;

        /** Completes the open log segment where the library does so, gives the lock back. */
        void close() throws Exception;

        /** Leaves the open log segment, gives the lock back. */
        void abort() throws Exception;
    }

    /** A log being read. */
    interface Reader extends AutoCloseable {
        /** The next record, empty at the end of the stream. */
        CompletableFuture<Optional<Seen>> next();

        @Override
        void close() throws Exception;
    }

    /** How a log is written. Thread: immutable. */
    record Settings(
            Compression compression,
            int outputBufferBytes,
            Duration periodicFlush,
            boolean isFlushedAtOnce,
            long maxLogSegmentBytes) {
        private static final long UNROLLED = 64L * 1024 * 1024;

        /** Each record an entry of its own, followed by a control record. */
        static Settings immediate(Compression compression) {
            return new Settings(compression, 0, Duration.ZERO, true, UNROLLED);
        }

        /** Several records an entry, sent and made visible by a timer. */
        static Settings buffered(Compression compression) {
            return new Settings(compression, 4096, Duration.ofMillis(20), false, UNROLLED);
        }

        /** Nothing but the records makes an entry. */
        static Settings unprompted(Compression compression, int outputBufferBytes) {
            return new Settings(compression, outputBufferBytes, Duration.ZERO, false, UNROLLED);
        }

        Settings rolledAt(long bytes) {
            return new Settings(compression, outputBufferBytes, periodicFlush, isFlushedAtOnce, bytes);
        }
    }

    /** A record as a reader saw it, its payload in hex. Thread: immutable. */
    record Seen(DLSN dlsn, long txId, long sequenceId, String payload) {
        Seen withSequenceId(long other) {
            return new Seen(dlsn, txId, other, payload);
        }

        static Seen of(DLSN dlsn, long txId, long sequenceId, byte[] payload) {
            return new Seen(dlsn, txId, sequenceId, HexFormat.of().formatHex(payload));
        }
    }
}
