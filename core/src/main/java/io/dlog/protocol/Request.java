package io.dlog.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks of a bookie, the same for both wire versions.
 *
 * <p>A request that carries a buffer owns one reference of it; who takes the request releases it.
 *
 * <p>A v2 frame has no request id. There {@link #requestId} carries the frame's version byte, which the answer must
 * repeat; only {@link BatchRead} has an id of its own there.
 *
 * <p>Thread: immutable, apart from the buffer's indices.
 */
public sealed interface Request {
    /** Which kind of request; switch on it exhaustively. */
    Kind kind();

    /** Chosen by the client, echoed by the bookie, unique among a connection's unanswered requests (v3: txnId). */
    long requestId();

    /** Gives back the reference of a request's buffer, when it has one. */
    default void release() {}

    /** The closed set of requests. */
    enum Kind {
        ADD,
        READ,
        BATCH_READ,
        LONG_POLL_READ,
        READ_LAC,
        WRITE_LAC,
        FORCE,
        BOOKIE_INFO,
        LIST_ENTRIES,
        AUTH,
        START_TLS,
        INVALID
    }

    /**
     * Store an entry.
     *
     * @param ledgerId ledger named by the entry itself
     * @param entryId entry named by the entry itself
     * @param masterKey proves that the client may write
     * @param entry the whole stored entry: 32-byte header, digest, data
     * @param flags of {@link AddFlags}
     */
    record Add(long requestId, long ledgerId, long entryId, MasterKey masterKey, ByteBuf entry, int flags)
            implements Request {
        @Override
        public Kind kind() {
            return Kind.ADD;
        }

        @Override
        public void release() {
            entry.release();
        }

        public boolean isRecovery() {
            return (flags & AddFlags.RECOVERY) != 0;
        }

        public boolean isHighPriority() {
            return (flags & AddFlags.HIGH_PRIORITY) != 0;
        }

        public boolean isDeferredSync() {
            return (flags & AddFlags.DEFERRED_SYNC) != 0;
        }
    }

    /** Bits of {@link Add#flags}. */
    final class AddFlags {
        public static final int NONE = 0;
        /** Passes a fence; sent by recovery and re-replication. */
        public static final int RECOVERY = 1;
        /** Goes ahead of others, and through on a read-only bookie while the reserve lasts. */
        public static final int HIGH_PRIORITY = 2;
        /** Answer once the entry is in memory; a later force makes it durable. */
        public static final int DEFERRED_SYNC = 4;

        private AddFlags() {}
    }

    /**
     * Send an entry back.
     *
     * @param entryId the entry, or {@code -1} for the last one
     * @param fenceKey when present, first fence the ledger with this master key
     * @param priority go ahead of others
     */
    record Read(
            long requestId,
            long ledgerId,
            long entryId,
            @Nullable MasterKey fenceKey,
            Priority priority) implements Request {
        @Override
        public Kind kind() {
            return Kind.READ;
        }
    }

    /** How urgent a request is. */
    enum Priority {
        NORMAL,
        HIGH
    }

    /**
     * Send a run of entries back (v2 only).
     *
     * @param maxCount no limit when 0 or less
     * @param maxSizeBytes of the answer; the first entry is sent whatever its size
     */
    record BatchRead(
            long requestId,
            long ledgerId,
            long firstEntryId,
            int maxCount,
            long maxSizeBytes,
            @Nullable MasterKey fenceKey)
            implements Request {
        @Override
        public Kind kind() {
            return Kind.BATCH_READ;
        }
    }

    /**
     * Wait until the last add confirmed passes {@code previousLac} (v3 only).
     *
     * @param entryId {@code -1} with {@link Piggyback#ENTRY}
     * @param timeoutMillis how long to wait, {@code 0}: answer at once
     */
    record LongPollRead(
            long requestId, long ledgerId, long entryId, long previousLac, long timeoutMillis, Piggyback piggyback)
            implements Request {
        @Override
        public Kind kind() {
            return Kind.LONG_POLL_READ;
        }
    }

    /** Whether the answer to a long poll carries the entry after {@code previousLac}. */
    enum Piggyback {
        NONE,
        ENTRY
    }

    /** Send explicit LAC and last entry back (v3 only). */
    record ReadLac(long requestId, long ledgerId) implements Request {
        @Override
        public Kind kind() {
            return Kind.READ_LAC;
        }
    }

    /**
     * Keep an explicit LAC (v3 only).
     *
     * @param body ledger id, LAC, digest
     */
    record WriteLac(long requestId, long ledgerId, long lac, MasterKey masterKey, ByteBuf body) implements Request {
        @Override
        public Kind kind() {
            return Kind.WRITE_LAC;
        }

        @Override
        public void release() {
            body.release();
        }
    }

    /** Make earlier deferred adds durable (v3 only). */
    record Force(long requestId, long ledgerId) implements Request {
        @Override
        public Kind kind() {
            return Kind.FORCE;
        }
    }

    /**
     * Tell about disks (v3 only).
     *
     * @param requested bit 0 total, bit 1 free
     */
    record BookieInfo(long requestId, long requested) implements Request {
        @Override
        public Kind kind() {
            return Kind.BOOKIE_INFO;
        }
    }

    /** Tell which entries of a ledger are here (v3 only). */
    record ListEntries(long requestId, long ledgerId) implements Request {
        @Override
        public Kind kind() {
            return Kind.LIST_ENTRIES;
        }
    }

    /** One step of authentication. */
    record Auth(long requestId, String plugin, byte[] payload) implements Request {
        @Override
        public Kind kind() {
            return Kind.AUTH;
        }
    }

    /** Switch to TLS (v3 only). */
    record StartTls(long requestId) implements Request {
        @Override
        public Kind kind() {
            return Kind.START_TLS;
        }
    }

    /**
     * A frame that parses but can't be served: unknown operation, missing part, wrong version.
     *
     * @param answer what to send back at once, shaped like the operation that was meant
     */
    record Invalid(long requestId, Response answer) implements Request {
        @Override
        public Kind kind() {
            return Kind.INVALID;
        }
    }
}
