package io.dlog.protocol;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a bookie answers, the same for both wire versions.
 *
 * <p>A response that carries buffers owns one reference of each; encoding it, or whoever takes it, releases them.
 *
 * <p>Thread: immutable, apart from the buffers' indices.
 */
public sealed interface Response {
    /** The request's. */
    long requestId();

    /** How it went. */
    StatusCode status();

    /** Gives back the references of a response's buffers, when it has any. */
    default void release() {}

    /** Answer to {@link Request.Add}. */
    record Added(long requestId, StatusCode status, long ledgerId, long entryId) implements Response {}

    /**
     * Answer to {@link Request.Read} and {@link Request.LongPollRead}.
     *
     * @param entryId the requested id ({@code -1} for a LAC read); with a piggybacked entry that entry's id
     * @param entry the stored entry, present when there is one to send
     * @param maxLac highest LAC this bookie knows of; {@link #UNSET} when not to be sent
     * @param lacUpdateMillis when LAC last moved, on this bookie's clock; {@link #UNSET} when not to be sent
     */
    record Entry(
            long requestId,
            StatusCode status,
            long ledgerId,
            long entryId,
            @Nullable ByteBuf entry,
            long maxLac,
            long lacUpdateMillis)
            implements Response {
        @Override
        public void release() {
            if (entry != null) {
                entry.release();
            }
        }
    }

    /** Marks a field that stays out of the frame. */
    long UNSET = Long.MIN_VALUE;

    /** Answer to {@link Request.BatchRead}. */
    record Entries(long requestId, StatusCode status, long ledgerId, long firstEntryId, List<ByteBuf> entries)
            implements Response {
        @Override
        public void release() {
            entries.forEach(ByteBuf::release);
        }
    }

    /** Answer to {@link Request.ReadLac}. */
    record Lac(
            long requestId,
            StatusCode status,
            long ledgerId,
            @Nullable ByteBuf explicitLac,
            @Nullable ByteBuf lastEntry)
            implements Response {
        @Override
        public void release() {
            if (explicitLac != null) {
                explicitLac.release();
            }
            if (lastEntry != null) {
                lastEntry.release();
            }
        }
    }

    /** Answer to {@link Request.WriteLac}. */
    record LacWritten(long requestId, StatusCode status, long ledgerId) implements Response {}

    /** Answer to {@link Request.Force}. */
    record Forced(long requestId, StatusCode status, long ledgerId) implements Response {}

    /** Answer to {@link Request.BookieInfo}; {@link #UNSET} fields stay out of the frame. */
    record BookieInfo(long requestId, StatusCode status, long totalBytes, long freeBytes) implements Response {}

    /** Answer to {@link Request.ListEntries}. */
    record EntryList(long requestId, StatusCode status, long ledgerId, byte @Nullable [] availability)
            implements Response {}

    /** Answer to {@link Request.Auth}. */
    record Auth(long requestId, StatusCode status, String plugin, byte[] payload) implements Response {}

    /** Answer to {@link Request.StartTls}. */
    record TlsStarted(long requestId, StatusCode status) implements Response {}

    /**
     * A v3 answer without a body: to an operation nobody knows, or to any operation before authentication.
     *
     * @param operation v3 number of the operation, echoed
     */
    record Bare(long requestId, StatusCode status, int operation) implements Response {}
}
