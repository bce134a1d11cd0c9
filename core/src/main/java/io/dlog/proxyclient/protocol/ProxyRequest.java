package io.dlog.proxyclient.protocol;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client can ask a write proxy: the methods of {@code DistributedLogService}.
 *
 * <p>Thread: immutable; payload arrays are not copied.
 */
public sealed interface ProxyRequest {
    /** Which request. */
    Method method();

    /** The service's methods with their names on the wire. */
    enum Method {
        HANDSHAKE("handshake"),
        HANDSHAKE_WITH_CLIENT_INFO("handshakeWithClientInfo"),
        HEARTBEAT("heartbeat"),
        HEARTBEAT_WITH_OPTIONS("heartbeatWithOptions"),
        WRITE("write"),
        WRITE_WITH_CONTEXT("writeWithContext"),
        WRITE_BULK_WITH_CONTEXT("writeBulkWithContext"),
        TRUNCATE("truncate"),
        RELEASE("release"),
        CREATE("create"),
        DELETE("delete"),
        GET_OWNER("getOwner"),
        SET_ACCEPT_NEW_STREAM("setAcceptNewStream");

        private final String wireName;

        Method(String wireName) {
            this.wireName = wireName;
        }

        /** The name on the wire. */
        public String wireName() {
            return wireName;
        }
    }

    /** A request about one stream. */
    sealed interface OfStream extends ProxyRequest {
        String stream();

        WriteContext context();
    }

    /** Who are you? */
    record Handshake() implements ProxyRequest {
        @Override
        public Method method() {
            return Method.HANDSHAKE;
        }
    }

    /**
     * Who are you, and what do you own?
     *
     * @param streamNameRegex of the streams the client cares for; null: all
     * @param getOwnerships whether the answer shall list them
     */
    record HandshakeWithClientInfo(@Nullable String streamNameRegex, boolean getOwnerships) implements ProxyRequest {
        @Override
        public Method method() {
            return Method.HANDSHAKE_WITH_CLIENT_INFO;
        }
    }

    /** Do you own that stream? Takes it if it is free. */
    record Heartbeat(String stream, WriteContext context) implements OfStream {
        @Override
        public Method method() {
            return Method.HEARTBEAT;
        }
    }

    /** The same, and optionally writes a control record that readers' positions follow. */
    record HeartbeatWithOptions(String stream, WriteContext context, boolean sendHeartBeatToReader)
            implements OfStream {
        @Override
        public Method method() {
            return Method.HEARTBEAT_WITH_OPTIONS;
        }
    }

    /** Append one record, the oldest form. */
    record Write(String stream, ByteBuffer data) implements OfStream {
        @Override
        public Method method() {
            return Method.WRITE;
        }

        @Override
        public WriteContext context() {
            return WriteContext.NONE;
        }
    }

    /** Append one record or one record set. */
    record WriteWithContext(String stream, ByteBuffer data, WriteContext context) implements OfStream {
        @Override
        public Method method() {
            return Method.WRITE_WITH_CONTEXT;
        }
    }

    /** Append several records in order. */
    record WriteBulkWithContext(String stream, List<ByteBuffer> data, WriteContext context) implements OfStream {
        public WriteBulkWithContext {
            data = List.copyOf(data);
        }

        @Override
        public Method method() {
            return Method.WRITE_BULK_WITH_CONTEXT;
        }
    }

    /**
     * Give up what lies before a position.
     *
     * @param dlsn the position as Base64 text
     */
    record Truncate(String stream, String dlsn, WriteContext context) implements OfStream {
        @Override
        public Method method() {
            return Method.TRUNCATE;
        }
    }

    /** Give up the ownership of a stream. */
    record Release(String stream, WriteContext context) implements OfStream {
        @Override
        public Method method() {
            return Method.RELEASE;
        }
    }

    /** Create a stream. */
    record Create(String stream, WriteContext context) implements OfStream {
        @Override
        public Method method() {
            return Method.CREATE;
        }
    }

    /** Delete a stream and what it holds. */
    record Delete(String stream, WriteContext context) implements OfStream {
        @Override
        public Method method() {
            return Method.DELETE;
        }
    }

    /** Who owns that stream? */
    record GetOwner(String stream, WriteContext context) implements OfStream {
        @Override
        public Method method() {
            return Method.GET_OWNER;
        }
    }

    /** May that proxy take streams it does not own yet? */
    record SetAcceptNewStream(boolean enabled) implements ProxyRequest {
        @Override
        public Method method() {
            return Method.SET_ACCEPT_NEW_STREAM;
        }
    }
}
