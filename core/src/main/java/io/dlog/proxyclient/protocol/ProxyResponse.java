package io.dlog.proxyclient.protocol;

import io.dlog.log.StatusCode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a write proxy answers. Thread: immutable. */
public sealed interface ProxyResponse {
    /**
     * How a request ended.
     *
     * @param errMsg null when there is nothing to say
     * @param location the owner's {@link ProxyIdentity} text when the code is FOUND
     */
    record ResponseHeader(
            StatusCode code,
            @Nullable String errMsg,
            @Nullable String location) {
        /** All is well. */
        public static final ResponseHeader SUCCESS = new ResponseHeader(StatusCode.SUCCESS, null, null);
    }

    /**
     * The answer to most requests.
     *
     * @param dlsn the record's position as Base64 text, for writes that succeeded
     */
    record WriteResponse(ResponseHeader header, @Nullable String dlsn) implements ProxyResponse {}

    /**
     * The answer to a bulk write.
     *
     * @param writeResponses one a record, in order; empty when the whole request failed
     */
    record BulkWriteResponse(ResponseHeader header, List<WriteResponse> writeResponses) implements ProxyResponse {
        public BulkWriteResponse {
            writeResponses = List.copyOf(writeResponses);
        }
    }

    /**
     * The answer to a handshake.
     *
     * @param ownerships owner's identity text by stream
     */
    record ServerInfo(Map<String, String> ownerships, ServerStatus serverStatus) implements ProxyResponse {
        public ServerInfo {
            ownerships = Map.copyOf(ownerships);
        }
    }

    /** The answer that says nothing: setAcceptNewStream is done. */
    record Done() implements ProxyResponse {}

    /**
     * The proxy did not understand.
     *
     * @param type {@link #UNKNOWN_METHOD}, {@link #INTERNAL_ERROR} or {@link #PROTOCOL_ERROR}
     */
    record Fault(String message, int type) implements ProxyResponse {
        public static final int UNKNOWN_METHOD = 1;
        public static final int INTERNAL_ERROR = 6;
        public static final int PROTOCOL_ERROR = 7;
    }

    /** What a proxy is good for. */
    enum ServerStatus {
        WRITE_AND_ACCEPT(100),
        WRITE_ONLY(200),
        DOWN(300);

        private final int code;

        ServerStatus(int code) {
            this.code = code;
        }

        /** The number on the wire. */
        public int code() {
            return code;
        }

        /** The status of a number; one that nobody knows reads as {@link #WRITE_AND_ACCEPT}. */
        static ServerStatus of(int code) {
            for (ServerStatus status : values()) {
                if (status.code == code) {
                    return status;
                }
            }
            return WRITE_AND_ACCEPT;
        }
    }
}
