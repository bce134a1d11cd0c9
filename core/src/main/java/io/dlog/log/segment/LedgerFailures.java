package io.dlog.log.segment;

import io.dlog.client.LedgerException;
import io.dlog.concurrent.Completions;
import io.dlog.log.DLException;
import io.dlog.log.StatusCode;
import io.dlog.log.record.InvalidEntryException;

/** Says what a failed ledger operation means for the log. Thread: safe, because it holds no state. */
public final class LedgerFailures {
    private LedgerFailures() {}

    /** The failure of a write. */
    public static DLException ofWrite(String logName, LogSegmentMetadata segment, Throwable failure) {
        Throwable cause = Completions.cause(failure);
        if (cause instanceof DLException known) {
            return known;
        }
        String where = "log " + logName + ", log segment " + segment.sequenceNo() + ", ledger " + segment.ledgerId();
        if (cause instanceof LedgerException ledger
                && (ledger.code() == LedgerException.Code.LEDGER_FENCED
                        || ledger.code() == LedgerException.Code.LEDGER_CLOSED)) {
            return new DLException(StatusCode.BK_TRANSMIT_ERROR, "another writer took over (fenced): " + where, cause);
        }
        return new DLException(codeOf(cause), "write failed: " + where + ": " + cause.getMessage(), cause);
    }

    /** The failure of a read. */
    public static DLException ofRead(String logName, LogSegmentMetadata segment, Throwable failure) {
        Throwable cause = Completions.cause(failure);
        if (cause instanceof DLException known) {
            return known;
        }
        StatusCode code =
                cause instanceof InvalidEntryException ? StatusCode.INVALID_ENVELOPED_ENTRY : StatusCode.LOG_READ_ERROR;
        if (cause instanceof LedgerException ledger && ledger.code() == LedgerException.Code.NO_SUCH_LEDGER) {
            code = StatusCode.LOG_SEGMENT_NOT_FOUND;
        }
        return new DLException(
                code,
                "can't read log " + logName + ", log segment " + segment.sequenceNo() + ", ledger " + segment.ledgerId()
                        + ": " + cause.getMessage(),
                cause);
    }

    /** The failure of anything else; an exception of the log stays what it is. */
    public static DLException of(String logName, Throwable failure) {
        Throwable cause = Completions.cause(failure);
        if (cause instanceof DLException known) {
            return known;
        }
        StatusCode code = cause instanceof LedgerException ? codeOf(cause) : StatusCode.UNEXPECTED;
        return new DLException(code, "log " + logName + ": " + cause.getMessage(), cause);
    }

    /** A metadata store that does not answer is one cause, bookies that don't the other. */
    private static StatusCode codeOf(Throwable cause) {
        boolean isMetadata =
                cause instanceof LedgerException ledger && ledger.code() == LedgerException.Code.METADATA_UNAVAILABLE;
        return isMetadata ? StatusCode.ZOOKEEPER_ERROR : StatusCode.BK_TRANSMIT_ERROR;
    }
}
