package io.dlog.client;

/** Why a ledger operation failed. Thread: immutable. */
public final class LedgerException extends Exception {
    private static final long serialVersionUID = 1;

    /** The closed set of reasons, with the number Apache's client gives each. */
    public enum Code {
        READ_FAILED(-1),
        NO_BOOKIE_AVAILABLE(-3),
        DIGEST_MISMATCH(-5),
        NOT_ENOUGH_BOOKIES(-6),
        NO_SUCH_LEDGER(-25),
        BOOKIE_UNREACHABLE(-8),
        METADATA_UNAVAILABLE(-9),
        RECOVERY_FAILED(-10),
        LEDGER_CLOSED(-11),
        WRITE_FAILED(-12),
        NO_SUCH_ENTRY(-13),
        INCORRECT_PARAMETER(-14),
        METADATA_VERSION(-17),
        CLIENT_CLOSED(-19),
        LEDGER_EXISTS(-20),
        QUORUM_TIMEOUT(-21),
        TIMEOUT(-23),
        ILLEGAL_OPERATION(-100),
        LEDGER_FENCED(-101),
        UNAUTHORIZED(-102),
        BOOKIE_READ_ONLY(-104),
        TOO_MANY_REQUESTS(-105),
        UNKNOWN_DATA(-108);

        private final int number;

        Code(int number) {
            this.number = number;
        }

        /** Apache's number. */
        public int number() {
            return number;
        }
    }

    private final Code code;

    public LedgerException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public LedgerException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
