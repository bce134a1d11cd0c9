package io.dlog.log;

import io.dlog.log.record.LogRecordWithDLSN;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The blocking twin of {@link AsyncLogReader}. Thread: owned by its caller. */
public interface LogReader extends AutoCloseable {
    /** Whether a read waits for records that are not there yet. */
    enum Wait {
        /** Until there is one. */
        BLOCKING,
        /** Not at all: null when the reader has caught up. */
        NON_BLOCKING
    }

    @Nullable
    LogRecordWithDLSN readNext(Wait wait) throws IOException;

    List<LogRecordWithDLSN> readBulk(Wait wait, int count) throws IOException;

    @Override
    void close() throws IOException;
}
