package io.dlog.log.segment;

import io.dlog.client.LedgerClient;
import io.dlog.log.LogConfig;
import java.nio.charset.StandardCharsets;

/**
 * One log: where its segments are listed, where their ledgers lie, and how it is written and read.
 *
 * <p>Thread: immutable.
 *
 * @param logName as the application calls it
 * @param regionId region that goes into new segments, 0 when none does
 * @param firstSequenceNo number of the log's first segment
 */
public record LogSegments(
        String logName,
        LogSegmentStore store,
        LedgerClient ledgers,
        LogConfig config,
        int regionId,
        long firstSequenceNo) {
    /** Password of the log's ledgers. */
    public byte[] password() {
        return config.ledgerPassword().getBytes(StandardCharsets.UTF_8);
    }
}
