package io.dlog.bookie.server;

import io.dlog.config.DataSize;
import io.dlog.protocol.FrameCodec;

/**
 * The bounds of a bookie's server. Thread: immutable.
 *
 * @param frameSizeMax longer frames close their connection (upstream {@code nettyMaxFrameSizeBytes})
 * @param batchReadSizeMax of one answer to a batch read (upstream {@code maxBatchReadSize})
 * @param loopThreads event loops (upstream {@code serverNumIOThreads})
 * @param readerThreads threads that wait for disks on behalf of reads (upstream {@code numReadWorkerThreads})
 * @param readsQueuedMax reads that may wait for such a thread; above it the answer is TOO_MANY_REQUESTS
 * @param longPollsMax long polls that may wait at a time; above it the answer is TOO_MANY_REQUESTS
 * @param connectionsMax further ones are closed at once
 */
public record ServerSettings(
        DataSize frameSizeMax,
        DataSize batchReadSizeMax,
        int loopThreads,
        int readerThreads,
        int readsQueuedMax,
        int longPollsMax,
        int connectionsMax) {
    /** What a bookie uses unless told otherwise. */
    public static ServerSettings defaults() {
        int processors = Runtime.getRuntime().availableProcessors();
        return new ServerSettings(
                DataSize.ofBytes(FrameCodec.FRAME_BYTES_MAX_DEFAULT),
                DataSize.ofMebibytes(5),
                Math.max(2, processors),
                Math.max(2, Math.min(16, processors)),
                10_000,
                100_000,
                10_000);
    }
}
