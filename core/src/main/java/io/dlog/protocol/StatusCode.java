package io.dlog.protocol;

/** The answer of a bookie, with its number in each wire version. */
public enum StatusCode {
    OK(0, 0),
    /** This bookie never heard of the ledger. */
    NO_LEDGER(1, 402),
    /** This bookie provably does not hold the entry. */
    NO_ENTRY(2, 403),
    BAD_REQUEST(100, 404),
    /** Disk trouble: nothing is known. */
    IO_ERROR(101, 501),
    /** Wrong master key, or authentication is missing. */
    UNAUTHORIZED(102, 502),
    BAD_VERSION(103, 503),
    /** The ledger takes no more adds from its writer. */
    FENCED(104, 504),
    READ_ONLY(105, 505),
    TOO_MANY_REQUESTS(106, 506),
    /** The bookie may have lost part of this ledger and can't answer in the negative. */
    UNKNOWN_LEDGER_STATE(107, 507);

    private final int v2;
    private final int v3;

    StatusCode(int v2, int v3) {
        this.v2 = v2;
        this.v3 = v3;
    }

    /** Number on the v2 wire. */
    public int v2() {
        return v2;
    }

    /** Number on the v3 wire. */
    public int v3() {
        return v3;
    }

    /** The code of a v2 number; numbers nobody knows read as {@link #IO_ERROR}, because nothing is known then. */
    public static StatusCode fromV2(int number) {
        for (StatusCode code : VALUES) {
            if (code.v2 == number) {
                return code;
            }
        }
        return IO_ERROR;
    }

    /** The code of a v3 number; numbers nobody knows read as {@link #IO_ERROR}, because nothing is known then. */
    public static StatusCode fromV3(int number) {
        for (StatusCode code : VALUES) {
            if (code.v3 == number) {
                return code;
            }
        }
        return IO_ERROR;
    }

    private static final StatusCode[] VALUES = values();
}
