package io.dlog.proxyclient.protocol;

import io.dlog.log.StatusCode;
import io.dlog.proxyclient.protocol.ProxyRequest.Method;
import io.dlog.proxyclient.protocol.ProxyResponse.BulkWriteResponse;
import io.dlog.proxyclient.protocol.ProxyResponse.Done;
import io.dlog.proxyclient.protocol.ProxyResponse.Fault;
import io.dlog.proxyclient.protocol.ProxyResponse.ResponseHeader;
import io.dlog.proxyclient.protocol.ProxyResponse.ServerInfo;
import io.dlog.proxyclient.protocol.ProxyResponse.ServerStatus;
import io.dlog.proxyclient.protocol.ProxyResponse.WriteResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Messages of {@code DistributedLogService} as Thrift's strict binary protocol.
 *
 * <pre>
 *   | 80 01 00 | type 1 | method name: length i32, bytes | sequence i32 | struct |
 *     type: 1 call, 2 reply, 3 exception
 *
 *   arguments (ids are negative, written from the lowest)      reply: field 0
 *     handshake                                                ServerInfo
 *     handshakeWithClientInfo  -1 ClientInfo                   ServerInfo
 *     heartbeat                -2 ctx, -1 stream               WriteResponse
 *     heartbeatWithOptions     -3 options, -2 ctx, -1 stream   WriteResponse
 *     write                    -2 data, -1 stream              WriteResponse
 *     writeWithContext         -3 ctx, -2 data, -1 stream      WriteResponse
 *     writeBulkWithContext     -3 ctx, -2 list, -1 stream      BulkWriteResponse
 *     truncate                 -3 ctx, -2 dlsn, -1 stream      WriteResponse
 *     release create delete getOwner   -2 ctx, -1 stream       WriteResponse
 *     setAcceptNewStream       -1 enabled                      (none)
 *
 *   ResponseHeader    1 code i32, 2 errMsg, 3 location
 *   WriteResponse     1 header, 2 dlsn
 *   BulkWriteResponse 1 header, 2 list of WriteResponse
 *   WriteContext      1 set of tried hosts, 2 crc32 i64, 3 isRecordSet
 *   HeartbeatOptions  1 sendHeartBeatToReader
 *   ServerInfo        1 map of ownerships, 2 serverStatus i32
 *   ClientInfo        1 streamNameRegex, 2 getOwnerships
 * </pre>
 *
 * <p>Fields nobody knows are skipped; a missing stream name or payload is malformed. Thread: safe, because it keeps nothing.
 * Source: DistributedLog's service.thrift.
 */
public final class ProxyProtocol {
    private static final int VERSION_1 = 0x80010000;
    private static final int CALL = 1;
    private static final int REPLY = 2;
    private static final int EXCEPTION = 3;

    private static final int STREAM = -1;

    private static final Map<String, Method> METHODS = methodsByName();

    private ProxyProtocol() {}

    /**
     * A call as it came.
     *
     * @param request null when no such method exists
     */
    public record Call(
            String methodName, int sequence, @Nullable ProxyRequest request) {}

    /** The bytes of a call. */
    public static byte[] encodeCall(ProxyRequest request, int sequence) {
        ThriftWriter out = new ThriftWriter(128 + payloadBytes(request));
        message(out, CALL, request.method().wireName(), sequence);
        if (request instanceof ProxyRequest.HandshakeWithClientInfo info) {
            out.field(ThriftType.STRUCT, -1);
            if (info.streamNameRegex() != null) {
                out.field(ThriftType.STRING, 1).string(info.streamNameRegex());
            }
            out.field(ThriftType.BOOL, 2).bool(info.getOwnerships()).stop();
        } else if (request instanceof ProxyRequest.SetAcceptNewStream accept) {
            out.field(ThriftType.BOOL, -1).bool(accept.enabled());
        } else if (request instanceof ProxyRequest.OfStream ofStream) {
            arguments(out, ofStream);
            out.field(ThriftType.STRING, STREAM).string(ofStream.stream());
        }
        return out.stop().toBytes();
    }

    /** What lies before the stream's name. */
    private static void arguments(ThriftWriter out, ProxyRequest.OfStream request) {
        WriteContext context = request.context();
        if (request instanceof ProxyRequest.Write write) {
            out.field(ThriftType.STRING, -2).binary(write.data());
        } else if (request instanceof ProxyRequest.WriteWithContext write) {
            context(out, -3, context);
            out.field(ThriftType.STRING, -2).binary(write.data());
        } else if (request instanceof ProxyRequest.WriteBulkWithContext bulk) {
            context(out, -3, context);
            out.field(ThriftType.LIST, -2).i8(ThriftType.STRING).i32(bulk.data().size());
            for (ByteBuffer data : bulk.data()) {
                out.binary(data);
            }
        } else if (request instanceof ProxyRequest.Truncate truncate) {
            context(out, -3, context);
            out.field(ThriftType.STRING, -2).string(truncate.dlsn());
        } else if (request instanceof ProxyRequest.HeartbeatWithOptions heartbeat) {
            out.field(ThriftType.STRUCT, -3)
                    .field(ThriftType.BOOL, 1)
                    .bool(heartbeat.sendHeartBeatToReader())
                    .stop();
            context(out, -2, context);
        } else {
            context(out, -2, context);
        }
    }

    private static void context(ThriftWriter out, int id, WriteContext context) {
        out.field(ThriftType.STRUCT, id);
        if (!context.triedHosts().isEmpty()) {
            out.field(ThriftType.SET, 1)
                    .i8(ThriftType.STRING)
                    .i32(context.triedHosts().size());
            context.triedHosts().forEach(out::string);
        }
        if (context.crc32() != null) {
            out.field(ThriftType.I64, 2).i64(context.crc32());
        }
        if (context.isRecordSet()) {
            out.field(ThriftType.BOOL, 3).bool(true);
        }
        out.stop();
    }

    private static int payloadBytes(ProxyRequest request) {
        if (request instanceof ProxyRequest.WriteWithContext write) {
            return write.data().remaining();
        }
        if (request instanceof ProxyRequest.WriteBulkWithContext bulk) {
            int bytes = 0;
            for (ByteBuffer data : bulk.data()) {
                bytes = Math.addExact(bytes, data.remaining() + 4);
            }
            return bytes;
        }
        return 0;
    }

    /** Reads a call. */
    public static Call decodeCall(byte[] bytes) throws MalformedMessageException {
        ThriftReader in = new ThriftReader(bytes);
        int type = messageType(in);
        String name = in.string();
        int sequence = in.i32();
        if (type != CALL) {
            throw new MalformedMessageException("message type " + type + ", expected a call");
        }
        Method method = METHODS.get(name);
        return new Call(name, sequence, method == null ? null : request(in, method));
    }

    private static ProxyRequest request(ThriftReader in, Method method) throws MalformedMessageException {
        Arguments arguments = new Arguments(in, method);
        return switch (method) {
            case HANDSHAKE -> new ProxyRequest.Handshake();
            case HANDSHAKE_WITH_CLIENT_INFO ->
                new ProxyRequest.HandshakeWithClientInfo(arguments.streamNameRegex, arguments.flag);
            case SET_ACCEPT_NEW_STREAM -> new ProxyRequest.SetAcceptNewStream(arguments.flag);
            case HEARTBEAT -> new ProxyRequest.Heartbeat(arguments.stream(), arguments.context);
            case HEARTBEAT_WITH_OPTIONS ->
                new ProxyRequest.HeartbeatWithOptions(arguments.stream(), arguments.context, arguments.flag);
            case WRITE -> new ProxyRequest.Write(arguments.stream(), arguments.data());
            case WRITE_WITH_CONTEXT ->
                new ProxyRequest.WriteWithContext(arguments.stream(), arguments.data(), arguments.context);
            case WRITE_BULK_WITH_CONTEXT ->
                new ProxyRequest.WriteBulkWithContext(arguments.stream(), arguments.bulk(), arguments.context);
            case TRUNCATE -> new ProxyRequest.Truncate(arguments.stream(), arguments.text(), arguments.context);
            case RELEASE -> new ProxyRequest.Release(arguments.stream(), arguments.context);
            case CREATE -> new ProxyRequest.Create(arguments.stream(), arguments.context);
            case DELETE -> new ProxyRequest.Delete(arguments.stream(), arguments.context);
            case GET_OWNER -> new ProxyRequest.GetOwner(arguments.stream(), arguments.context);
        };
    }

    /** The arguments of any method, each where it was met. Thread: owned by its caller. */
    private static final class Arguments {
        private @Nullable String stream;
        private @Nullable String text;
        private @Nullable ByteBuffer data;
        private @Nullable List<ByteBuffer> bulk;
        private @Nullable String streamNameRegex;
        private boolean flag;
        private WriteContext context = WriteContext.NONE;

        Arguments(ThriftReader in, Method method) throws MalformedMessageException {
            boolean contextLast = method == Method.WRITE_WITH_CONTEXT
                    || method == Method.WRITE_BULK_WITH_CONTEXT
                    || method == Method.TRUNCATE;
            int contextId = contextLast ? -3 : -2;
            while (in.nextField()) {
                if (method == Method.SET_ACCEPT_NEW_STREAM && in.isField(-1, ThriftType.BOOL)) {
                    flag = in.bool();
                } else if (method == Method.HANDSHAKE_WITH_CLIENT_INFO && in.isField(-1, ThriftType.STRUCT)) {
                    readClientInfo(in);
                } else if (method == Method.HEARTBEAT_WITH_OPTIONS && in.isField(-3, ThriftType.STRUCT)) {
                    readOptions(in);
                } else if (in.isField(contextId, ThriftType.STRUCT)) {
                    context = readContext(in);
                } else if (in.isField(STREAM, ThriftType.STRING)) {
                    stream = in.string();
                } else if (method == Method.TRUNCATE && in.isField(-2, ThriftType.STRING)) {
                    text = in.string();
                } else if (in.isField(-2, ThriftType.STRING)) {
                    data = ByteBuffer.wrap(in.binary());
                } else if (in.isField(-2, ThriftType.LIST)) {
                    bulk = readBulk(in);
                } else {
                    in.skipField();
                }
            }
        }

        String stream() throws MalformedMessageException {
            return present(stream, "stream");
        }

        String text() throws MalformedMessageException {
            return present(text, "dlsn");
        }

        ByteBuffer data() throws MalformedMessageException {
            return present(data, "data");
        }

        List<ByteBuffer> bulk() throws MalformedMessageException {
            return present(bulk, "data");
        }

        private void readClientInfo(ThriftReader in) throws MalformedMessageException {
            while (in.nextField()) {
                if (in.isField(1, ThriftType.STRING)) {
                    streamNameRegex = in.string();
                } else if (in.isField(2, ThriftType.BOOL)) {
                    flag = in.bool();
                } else {
                    in.skipField();
                }
            }
        }

        private void readOptions(ThriftReader in) throws MalformedMessageException {
            while (in.nextField()) {
                if (in.isField(1, ThriftType.BOOL)) {
                    flag = in.bool();
                } else {
                    in.skipField();
                }
            }
        }

        private static List<ByteBuffer> readBulk(ThriftReader in) throws MalformedMessageException {
            int count = in.count(ThriftType.STRING, 4);
            List<ByteBuffer> payloads = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                payloads.add(ByteBuffer.wrap(in.binary()));
            }
            return payloads;
        }
    }

    private static WriteContext readContext(ThriftReader in) throws MalformedMessageException {
        Set<String> triedHosts = Set.of();
        Long crc32 = null;
        boolean isRecordSet = false;
        while (in.nextField()) {
            if (in.isField(1, ThriftType.SET)) {
                int count = in.count(ThriftType.STRING, 4);
                triedHosts = new HashSet<>();
                for (int i = 0; i < count; i++) {
                    triedHosts.add(in.string());
                }
            } else if (in.isField(2, ThriftType.I64)) {
                crc32 = in.i64();
            } else if (in.isField(3, ThriftType.BOOL)) {
                isRecordSet = in.bool();
            } else {
                in.skipField();
            }
        }
        return new WriteContext(triedHosts, crc32, isRecordSet);
    }

    /** The bytes of the answer to a call. */
    public static byte[] encodeReply(String methodName, int sequence, ProxyResponse response) {
        ThriftWriter out = new ThriftWriter(128);
        if (response instanceof Fault fault) {
            message(out, EXCEPTION, methodName, sequence);
            return out.field(ThriftType.STRING, 1)
                    .string(fault.message())
                    .field(ThriftType.I32, 2)
                    .i32(fault.type())
                    .stop()
                    .toBytes();
        }
        message(out, REPLY, methodName, sequence);
        if (response instanceof WriteResponse write) {
            out.field(ThriftType.STRUCT, 0);
            writeResponse(out, write);
        } else if (response instanceof BulkWriteResponse bulk) {
            out.field(ThriftType.STRUCT, 0).field(ThriftType.STRUCT, 1);
            header(out, bulk.header());
            out.field(ThriftType.LIST, 2)
                    .i8(ThriftType.STRUCT)
                    .i32(bulk.writeResponses().size());
            bulk.writeResponses().forEach(write -> writeResponse(out, write));
            out.stop();
        } else if (response instanceof ServerInfo info) {
            out.field(ThriftType.STRUCT, 0)
                    .field(ThriftType.MAP, 1)
                    .i8(ThriftType.STRING)
                    .i8(ThriftType.STRING)
                    .i32(info.ownerships().size());
            info.ownerships().forEach((stream, owner) -> out.string(stream).string(owner));
            out.field(ThriftType.I32, 2).i32(info.serverStatus().code()).stop();
        }
        return out.stop().toBytes();
    }

    private static void writeResponse(ThriftWriter out, WriteResponse response) {
        out.field(ThriftType.STRUCT, 1);
        header(out, response.header());
        if (response.dlsn() != null) {
            out.field(ThriftType.STRING, 2).string(response.dlsn());
        }
        out.stop();
    }

    private static void header(ThriftWriter out, ResponseHeader header) {
        out.field(ThriftType.I32, 1).i32(header.code().code());
        if (header.errMsg() != null) {
            out.field(ThriftType.STRING, 2).string(header.errMsg());
        }
        if (header.location() != null) {
            out.field(ThriftType.STRING, 3).string(header.location());
        }
        out.stop();
    }

    /** Reads the answer to a call of {@code method}; a {@link Fault} whatever the method. */
    public static ProxyResponse decodeReply(Method method, byte[] bytes) throws MalformedMessageException {
        ThriftReader in = new ThriftReader(bytes);
        int type = messageType(in);
        String name = in.string();
        in.i32();
        if (type == EXCEPTION) {
            return fault(in);
        }
        if (type != REPLY || !name.equals(method.wireName())) {
            throw new MalformedMessageException(
                    "message type " + type + " of " + name + ", expected a reply of " + method.wireName());
        }
        ProxyResponse response = null;
        while (in.nextField()) {
            if (in.isField(0, ThriftType.STRUCT)) {
                response = switch (method) {
                    case HANDSHAKE, HANDSHAKE_WITH_CLIENT_INFO -> readServerInfo(in);
                    case WRITE_BULK_WITH_CONTEXT -> readBulkWriteResponse(in);
                    default -> readWriteResponse(in);
                };
            } else {
                in.skipField();
            }
        }
        if (method == Method.SET_ACCEPT_NEW_STREAM) {
            return new Done();
        }
        return present(response, "result");
    }

    private static Fault fault(ThriftReader in) throws MalformedMessageException {
        String message = "";
        int type = 0;
        while (in.nextField()) {
            if (in.isField(1, ThriftType.STRING)) {
                message = in.string();
            } else if (in.isField(2, ThriftType.I32)) {
                type = in.i32();
            } else {
                in.skipField();
            }
        }
        return new Fault(message, type);
    }

    private static WriteResponse readWriteResponse(ThriftReader in) throws MalformedMessageException {
        ResponseHeader header = null;
        String dlsn = null;
        while (in.nextField()) {
            if (in.isField(1, ThriftType.STRUCT)) {
                header = readHeader(in);
            } else if (in.isField(2, ThriftType.STRING)) {
                dlsn = in.string();
            } else {
                in.skipField();
            }
        }
        return new WriteResponse(present(header, "header"), dlsn);
    }

    private static BulkWriteResponse readBulkWriteResponse(ThriftReader in) throws MalformedMessageException {
        ResponseHeader header = null;
        List<WriteResponse> responses = new ArrayList<>();
        while (in.nextField()) {
            if (in.isField(1, ThriftType.STRUCT)) {
                header = readHeader(in);
            } else if (in.isField(2, ThriftType.LIST)) {
                int count = in.count(ThriftType.STRUCT, 1);
                for (int i = 0; i < count; i++) {
                    responses.add(readWriteResponse(in));
                }
            } else {
                in.skipField();
            }
        }
        return new BulkWriteResponse(present(header, "header"), responses);
    }

    private static ResponseHeader readHeader(ThriftReader in) throws MalformedMessageException {
        StatusCode code = null;
        String errMsg = null;
        String location = null;
        while (in.nextField()) {
            if (in.isField(1, ThriftType.I32)) {
                code = StatusCode.of(in.i32());
            } else if (in.isField(2, ThriftType.STRING)) {
                errMsg = in.string();
            } else if (in.isField(3, ThriftType.STRING)) {
                location = in.string();
            } else {
                in.skipField();
            }
        }
        return new ResponseHeader(present(code, "code"), errMsg, location);
    }

    private static ServerInfo readServerInfo(ThriftReader in) throws MalformedMessageException {
        Map<String, String> ownerships = new HashMap<>();
        ServerStatus status = ServerStatus.WRITE_AND_ACCEPT;
        while (in.nextField()) {
            if (in.isField(1, ThriftType.MAP)) {
                int count = in.stringMapCount();
                for (int i = 0; i < count; i++) {
                    ownerships.put(in.string(), in.string());
                }
            } else if (in.isField(2, ThriftType.I32)) {
                status = ServerStatus.of(in.i32());
            } else {
                in.skipField();
            }
        }
        return new ServerInfo(ownerships, status);
    }

    private static void message(ThriftWriter out, int type, String name, int sequence) {
        out.i32(VERSION_1 | type).string(name).i32(sequence);
    }

    private static int messageType(ThriftReader in) throws MalformedMessageException {
        int head = in.i32();
        if ((head & 0xffff0000) != VERSION_1) {
            throw new MalformedMessageException("not a strict Thrift message: " + Integer.toHexString(head));
        }
        return head & 0xff;
    }

    private static <T> T present(@Nullable T value, String field) throws MalformedMessageException {
        if (value == null) {
            throw new MalformedMessageException("field missing: " + field);
        }
        return value;
    }

    private static Map<String, Method> methodsByName() {
        Map<String, Method> methods = new HashMap<>();
        for (Method method : Method.values()) {
            methods.put(method.wireName(), method);
        }
        return Map.copyOf(methods);
    }
}
