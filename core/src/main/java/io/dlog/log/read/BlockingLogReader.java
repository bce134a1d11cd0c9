package io.dlog.log.read;

import io.dlog.log.BlockingCalls;
import io.dlog.log.DLException;
import io.dlog.log.LogReader;
import io.dlog.log.record.LogRecordWithDLSN;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The blocking twin of {@link TailingLogReader}. Thread: owned by its caller. */
public final class BlockingLogReader implements LogReader {
    private final TailingLogReader reader;

    public BlockingLogReader(TailingLogReader reader) {
        this.reader = reader;
    }

    @Override
    public @Nullable LogRecordWithDLSN readNext(Wait wait) throws DLException {
        List<LogRecordWithDLSN> records = readBulk(wait, 1);
        return records.isEmpty() ? null : records.get(0);
    }

    @Override
    public List<LogRecordWithDLSN> readBulk(Wait wait, int count) throws DLException {
        return BlockingCalls.await(
                switch (wait) {
                    case BLOCKING -> reader.readBulk(count);
                    case NON_BLOCKING -> reader.readAvailable(count);
                });
    }

    @Override
    public void close() throws DLException {
        BlockingCalls.await(reader.asyncClose().thenApply(done -> true));
    }
}
