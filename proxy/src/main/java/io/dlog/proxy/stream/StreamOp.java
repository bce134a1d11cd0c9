package io.dlog.proxy.stream;

import io.dlog.log.record.DLSN;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Something to do with a stream that this proxy owns. Its future fails with the {@code DLException} that the client is told.
 *
 * <p>Thread: immutable, but for the future, which is safe.
 */
public sealed interface StreamOp {
    /** Which operation. */
    Kind kind();

    /** How it ends, once. */
    CompletableFuture<?> result();

    /** Ends the operation with a failure. */
    default void fail(Throwable cause) {
        result().completeExceptionally(cause);
    }

    /** Whether it has ended. */
    default boolean isDone() {
        return result().isDone();
    }

    /** The kinds of operations. */
    enum Kind {
        WRITE,
        BULK_WRITE,
        RECORD_SET_WRITE,
        TRUNCATE,
        RELEASE,
        CREATE,
        DELETE,
        HEARTBEAT
    }

    /** Append a record. */
    record Write(byte[] payload, CompletableFuture<DLSN> result) implements StreamOp {
        public Write(byte[] payload) {
            this(payload, new CompletableFuture<>());
        }

        @Override
        public Kind kind() {
            return Kind.WRITE;
        }
    }

    /** Append several records that share a transaction id. */
    record RecordSetWrite(byte[] payload, CompletableFuture<DLSN> result) implements StreamOp {
        public RecordSetWrite(byte[] payload) {
            this(payload, new CompletableFuture<>());
        }

        @Override
        public Kind kind() {
            return Kind.RECORD_SET_WRITE;
        }
    }

    /** Append records in order; the result has one finished future each. */
    record BulkWrite(List<byte[]> payloads, CompletableFuture<List<CompletableFuture<DLSN>>> result)
            implements StreamOp {
        public BulkWrite(List<byte[]> payloads) {
            this(List.copyOf(payloads), new CompletableFuture<>());
        }

        @Override
        public Kind kind() {
            return Kind.BULK_WRITE;
        }
    }

    /** Give up what lies before a position. */
    record Truncate(DLSN dlsn, CompletableFuture<Boolean> result) implements StreamOp {
        public Truncate(DLSN dlsn) {
            this(dlsn, new CompletableFuture<>());
        }

        @Override
        public Kind kind() {
            return Kind.TRUNCATE;
        }
    }

    /** Give the ownership up. Carried out by {@link Streams}. */
    record Release(CompletableFuture<Void> result) implements StreamOp {
        public Release() {
            this(new CompletableFuture<>());
        }

        @Override
        public Kind kind() {
            return Kind.RELEASE;
        }
    }

    /** Create the log. Carried out by {@link Streams}. */
    record Create(CompletableFuture<Void> result) implements StreamOp {
        public Create() {
            this(new CompletableFuture<>());
        }

        @Override
        public Kind kind() {
            return Kind.CREATE;
        }
    }

    /** Own the log, then delete it. */
    record Delete(CompletableFuture<Void> result) implements StreamOp {
        public Delete() {
            this(new CompletableFuture<>());
        }

        @Override
        public Kind kind() {
            return Kind.DELETE;
        }
    }

    /** Own the stream; write a control record if {@code sendToReader}. */
    record Heartbeat(boolean sendToReader, CompletableFuture<Void> result) implements StreamOp {
        public Heartbeat(boolean sendToReader) {
            this(sendToReader, new CompletableFuture<>());
        }

        @Override
        public Kind kind() {
            return Kind.HEARTBEAT;
        }
    }
}
