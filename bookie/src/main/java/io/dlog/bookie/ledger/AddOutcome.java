package io.dlog.bookie.ledger;

import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.protocol.StatusCode;

/**
 * What became of an add, a fence or an explicit LAC. On the hot path it travels as a {@code long}: the journal position when
 * stored, else one of the negative {@link #code codes}, so that an entry costs no object.
 */
public enum AddOutcome {
    /** In the log buffer; acknowledge once the position is durable. */
    STORED(0, StatusCode.OK),
    /** The log buffer is full; nothing was stored, try again when it is writable. */
    BUSY(LedgerStorage.BUSY, StatusCode.TOO_MANY_REQUESTS),
    /** The disks failed, nothing will be durable again. */
    FAILED(LedgerStorage.FAILED, StatusCode.IO_ERROR),
    /** This bookie takes no adds now. */
    READ_ONLY(-3, StatusCode.READ_ONLY),
    /** The client does not know the ledger's password. */
    WRONG_KEY(-4, StatusCode.UNAUTHORIZED),
    /** The ledger takes no more adds from its writer. */
    FENCED(-5, StatusCode.FENCED),
    /** Entry ids are not negative; upstream's journal uses such ids for its own records. */
    NEGATIVE_ENTRY_ID(-6, StatusCode.BAD_REQUEST),
    /** The state of the ledger can't be read, so nobody knows whether it is fenced. */
    UNREADABLE(-7, StatusCode.IO_ERROR),
    /** This {@link HostedLedger} was put away; look it up again. Never leaves this package. */
    RETIRED(-8, StatusCode.IO_ERROR);

    private static final AddOutcome[] BY_CODE = values();

    private final long code;
    private final StatusCode status;

    AddOutcome(long code, StatusCode status) {
        this.code = code;
        this.status = status;
    }

    /** What the client is told. */
    public StatusCode status() {
        return status;
    }

    /** The number that stands for it beside positions. */
    public long code() {
        return code;
    }

    /** The outcome behind a position or code. */
    public static AddOutcome of(long positionOrCode) {
        return positionOrCode >= 0 ? STORED : BY_CODE[(int) -positionOrCode];
    }
}
