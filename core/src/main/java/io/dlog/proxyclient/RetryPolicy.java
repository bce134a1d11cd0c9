package io.dlog.proxyclient;

import io.dlog.log.StatusCode;

/** What a client does about an answer's status. Source: DistributedLog's proxy client. */
enum RetryPolicy {
    /** It is done. */
    DONE,
    /** The answer names the owner: remember it and go there. */
    FOLLOW_OWNER,
    /** Asking again, here or elsewhere, can't help. */
    FAIL,
    /** That proxy is going away: forget it and go elsewhere. */
    LEAVE_HOST,
    /** That proxy can't now: go elsewhere. */
    REDIRECT,
    /** That proxy no longer owns the stream: forget it and ask again. */
    FORGET_OWNER;

    static RetryPolicy of(StatusCode code) {
        return switch (code) {
            case SUCCESS -> DONE;
            case FOUND -> FOLLOW_OWNER;
            case OVER_CAPACITY,
                    NOT_IMPLEMENTED,
                    METADATA_EXCEPTION,
                    LOG_EMPTY,
                    LOG_NOT_FOUND,
                    TRUNCATED_TRANSACTION,
                    END_OF_STREAM,
                    TRANSACTION_OUT_OF_ORDER,
                    INVALID_STREAM_NAME,
                    REQUEST_DENIED,
                    TOO_LARGE_RECORD,
                    CHECKSUM_FAILED,
                    STREAM_NOT_READY,
                    // The original asks again until its deadline; a stream that exists will exist then, too.
                    LOG_EXISTS -> FAIL;
            case SERVICE_UNAVAILABLE -> LEAVE_HOST;
            case REGION_UNAVAILABLE, TOO_MANY_STREAMS -> REDIRECT;
            case CLIENT_CLOSED,
                    INTERNAL_SERVER_ERROR,
                    ALREADY_CLOSED,
                    LOCKING_EXCEPTION,
                    ZOOKEEPER_ERROR,
                    BK_TRANSMIT_ERROR,
                    FLUSH_TIMEOUT,
                    WRITE_EXCEPTION,
                    STREAM_UNAVAILABLE,
                    WRITE_CANCELLED_EXCEPTION,
                    INVALID_ENVELOPED_ENTRY,
                    UNSUPPORTED_METADATA_VERSION,
                    LOG_SEGMENT_NOT_FOUND,
                    END_OF_LOG_SEGMENT,
                    LOG_SEGMENT_IS_TRUNCATED,
                    UNEXPECTED,
                    INTERRUPTED,
                    ILLEGAL_STATE,
                    RETRYABLE_READ,
                    LOG_READ_ERROR,
                    READ_CANCELLED -> FORGET_OWNER;
        };
    }
}
