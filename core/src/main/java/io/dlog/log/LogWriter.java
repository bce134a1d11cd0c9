package io.dlog.log;

import io.dlog.log.record.LogRecord;
import java.io.IOException;
import java.util.List;

/** The blocking twin of {@link AsyncLogWriter}, which buffers until {@link #flush}. Thread: safe. */
public interface LogWriter extends AutoCloseable {
    /** Buffers a record. */
    void write(LogRecord record) throws IOException;

    /** Buffers records; returns how many were taken. */
    int writeBulk(List<LogRecord> records) throws IOException;

    /** Sends what is buffered and waits until it is durable; returns the last durable transaction id. */
    long flush() throws IOException;

    /** Like {@link #flush}, and makes it visible to readers. */
    long commit() throws IOException;

    void markEndOfStream() throws IOException;

    @Override
    void close() throws IOException;

    void abort() throws IOException;
}
