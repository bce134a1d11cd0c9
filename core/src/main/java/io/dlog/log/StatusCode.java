package io.dlog.log;

/** Every way in which an operation on a log or stream can end, with its number on the write proxy's wire. */
public enum StatusCode {
    SUCCESS(200),
    CLIENT_CLOSED(301),
    /** Owned by another proxy; the answer says which. */
    FOUND(302),
    REQUEST_DENIED(403),
    TOO_LARGE_RECORD(413),
    INTERNAL_SERVER_ERROR(500),
    NOT_IMPLEMENTED(501),
    ALREADY_CLOSED(502),
    SERVICE_UNAVAILABLE(503),
    LOCKING_EXCEPTION(504),
    ZOOKEEPER_ERROR(505),
    METADATA_EXCEPTION(506),
    BK_TRANSMIT_ERROR(507),
    FLUSH_TIMEOUT(508),
    LOG_EMPTY(509),
    LOG_NOT_FOUND(510),
    TRUNCATED_TRANSACTION(511),
    END_OF_STREAM(512),
    TRANSACTION_OUT_OF_ORDER(513),
    WRITE_EXCEPTION(514),
    STREAM_UNAVAILABLE(515),
    WRITE_CANCELLED_EXCEPTION(516),
    OVER_CAPACITY(517),
    STREAM_NOT_READY(518),
    REGION_UNAVAILABLE(519),
    INVALID_ENVELOPED_ENTRY(520),
    UNSUPPORTED_METADATA_VERSION(521),
    LOG_EXISTS(522),
    CHECKSUM_FAILED(523),
    TOO_MANY_STREAMS(524),
    LOG_SEGMENT_NOT_FOUND(525),
    END_OF_LOG_SEGMENT(526),
    LOG_SEGMENT_IS_TRUNCATED(527),
    UNEXPECTED(600),
    INTERRUPTED(601),
    INVALID_STREAM_NAME(602),
    ILLEGAL_STATE(603),
    RETRYABLE_READ(1000),
    LOG_READ_ERROR(1001),
    READ_CANCELLED(1002);

    private final int code;

    StatusCode(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The status of a number; numbers nobody knows read as {@link #UNEXPECTED}. */
    public static StatusCode of(int code) {
        for (StatusCode status : VALUES) {
            if (status.code == code) {
                return status;
            }
        }
        return UNEXPECTED;
    }

    private static final StatusCode[] VALUES = values();
}
