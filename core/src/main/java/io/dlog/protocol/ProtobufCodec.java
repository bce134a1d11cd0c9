package io.dlog.protocol;

import static io.dlog.protocol.ProtobufWriter.bytesFieldSize;
import static io.dlog.protocol.ProtobufWriter.varintFieldSize;
import static io.dlog.protocol.ProtobufWriter.writeBytesHeader;
import static io.dlog.protocol.ProtobufWriter.writeVarintField;

import io.dlog.ledger.EntryHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Protocol version 3: protobuf messages, read and written by hand over the buffer.
 *
 * <pre>
 *   request    1: header {1: version = 3, 2: operation, 3: request id, 4: priority}, 100 + i: body
 *   response   1: header {1: version = 3, 2: operation, 3: request id}, 2: status, 100 + i: body
 *
 *   body       operation   request                                       response, after 1: status, 2: ledger
 *   100 READ       1       1 ledger 2 entry 3 key 4 previous LAC          3 entry 4 stored entry 5 max LAC
 *                          5 timeout ms 100 flag (1 fence, 2 piggyback)   6 LAC update ms
 *   101 ADD        2       1 ledger 2 entry 3 key 4 stored entry          3 entry
 *                          5 write flags (1 deferred sync) 100 recovery
 *   102 AUTH       5       1 plugin 2 payload                             the same, no status
 *   103 WRITE LAC  6       1 ledger 2 LAC 3 key 4 packet
 *   104 READ LAC   7       1 ledger                                       3 explicit LAC 4 last entry
 *   105 INFO       8       1 what                                         1 status 2 total 3 free
 *   106 START TLS  9                                                      no body
 *   107 FORCE     10       1 ledger
 *   108 LIST      11       1 ledger                                       3 availability
 * </pre>
 *
 * <p>Frames are preceded by their length in 4 bytes, which encoding writes and decoding no longer sees. Unknown fields are
 * skipped. A frame without a valid header, or whose body lacks a required field, is malformed: that is how a server
 * recognises v2. One that parses but can't be served becomes {@link Request.Invalid}.
 *
 * <p>Two answers differ from Apache's bookie on purpose: an add whose entry names another ledger or entry id than the
 * request around it is BAD_REQUEST (Apache stores it under the inner ids and acknowledges the outer ones), and so is an
 * add with a negative entry id, and any request for a negative ledger id.
 *
 * <p>Parsing an add makes the request and a slice of the frame, and no other object.
 *
 * <p>Thread: owned by the connection's event loop. Source: BookKeeper "BookkeeperProtocol.proto".
 */
final class ProtobufCodec {
    private static final int VERSION = 3;
    private static final int VERSION_MAX_KNOWN = 3;

    private static final int OP_READ = 1;
    private static final int OP_ADD = 2;
    private static final int OP_AUTH = 5;
    private static final int OP_WRITE_LAC = 6;
    private static final int OP_READ_LAC = 7;
    private static final int OP_BOOKIE_INFO = 8;
    private static final int OP_START_TLS = 9;
    private static final int OP_FORCE = 10;
    private static final int OP_LIST_ENTRIES = 11;
    /** Highest number in the published protocol: batch read, which v3 names but nobody serves. */
    private static final int OP_MAX_KNOWN = 12;

    private static final int HEADER = 1;
    private static final int STATUS = 2;

    private static final int READ = 100;
    private static final int ADD = 101;
    private static final int AUTH = 102;
    private static final int WRITE_LAC = 103;
    private static final int READ_LAC = 104;
    private static final int BOOKIE_INFO = 105;
    private static final int START_TLS = 106;
    private static final int FORCE = 107;
    private static final int LIST_ENTRIES = 108;

    private static final int FLAG = 100;
    private static final int FLAG_FENCE = 1;
    private static final int FLAG_PIGGYBACK = 2;
    private static final int FLAG_RECOVERY_ADD = 1;
    private static final int WRITE_FLAG_DEFERRED_SYNC = 1;

    /** What Apache's client sends for urgent requests; any number above 0 means urgent. */
    private static final int PRIORITY_HIGH = 100;

    private final LastMasterKey lastMasterKey = new LastMasterKey();
    private final ProtobufFields message = new ProtobufFields();
    private final ProtobufFields header = new ProtobufFields();
    private final ProtobufFields body = new ProtobufFields();
    private final ProtobufReader authReader = new ProtobufReader();

    /** Reads a client's frame, which it borrows; an add's entry is a slice of it. */
    Request decodeRequest(ByteBuf frame) throws MalformedFrameException {
        int operation = parseHeader(frame);
        long id = header.number(3);
        boolean isUrgent = header.numberOr(4, 0) != 0;
        int field = bodyField(operation);
        if (field == 0) {
            return new Request.Invalid(id, new Response.Bare(id, StatusCode.BAD_REQUEST, operation));
        }
        boolean hasBody = parseBody(frame, field);
        boolean isVersionServed = header.number(1) == VERSION;
        if (!isVersionServed || (!hasBody && operation != OP_START_TLS)) {
            StatusCode status = isVersionServed ? StatusCode.BAD_REQUEST : StatusCode.BAD_VERSION;
            return new Request.Invalid(id, refusal(operation, id, status));
        }
        if (namesLedger(operation) && body.number(1) < 0) {
            return new Request.Invalid(id, refusal(operation, id, StatusCode.BAD_REQUEST));
        }
        return switch (operation) {
            case OP_READ -> decodeRead(frame, id, isUrgent);
            case OP_ADD -> decodeAdd(frame, id, isUrgent);
            case OP_AUTH -> decodeAuth(frame, id);
            case OP_WRITE_LAC ->
                new Request.WriteLac(
                        id,
                        body.number(1),
                        body.number(2),
                        masterKey(frame),
                        slice(frame, body.offset(4), body.length(4)));
            case OP_READ_LAC -> new Request.ReadLac(id, body.number(1));
            case OP_BOOKIE_INFO -> new Request.BookieInfo(id, body.numberOr(1, 0));
            case OP_START_TLS -> new Request.StartTls(id);
            case OP_FORCE -> new Request.Force(id, body.number(1));
            case OP_LIST_ENTRIES -> new Request.ListEntries(id, body.number(1));
            default -> throw new AssertionError("operation " + operation + " has a body but no request");
        };
    }

    private static boolean namesLedger(int operation) {
        return switch (operation) {
            case OP_READ, OP_ADD, OP_WRITE_LAC, OP_READ_LAC, OP_FORCE, OP_LIST_ENTRIES -> true;
            default -> false;
        };
    }

    /** Reads the outer message and its header; returns the operation. */
    private int parseHeader(ByteBuf frame) throws MalformedFrameException {
        message.parse(frame, frame.readerIndex(), frame.readableBytes());
        header.parse(frame, message.offset(HEADER), message.length(HEADER));
        long version = header.number(1);
        long operation = header.number(2);
        header.number(3);
        if (version < 1 || version > VERSION_MAX_KNOWN || operation < 1 || operation > OP_MAX_KNOWN) {
            throw new MalformedFrameException("v3 header with version " + version + " and operation " + operation);
        }
        return (int) operation;
    }

    /** Reads a body of the outer message; without one, the table is empty. */
    private boolean parseBody(ByteBuf frame, int field) throws MalformedFrameException {
        boolean hasBody = message.hasBytes(field);
        body.parse(frame, hasBody ? message.offset(field) : frame.readerIndex(), hasBody ? message.length(field) : 0);
        return hasBody;
    }

    /** Which field of the outer message an operation's body is; 0 for operations that have none. */
    private static int bodyField(int operation) {
        return switch (operation) {
            case OP_READ -> READ;
            case OP_ADD -> ADD;
            case OP_AUTH -> AUTH;
            case OP_WRITE_LAC -> WRITE_LAC;
            case OP_READ_LAC -> READ_LAC;
            case OP_BOOKIE_INFO -> BOOKIE_INFO;
            case OP_START_TLS -> START_TLS;
            case OP_FORCE -> FORCE;
            case OP_LIST_ENTRIES -> LIST_ENTRIES;
            default -> 0;
        };
    }

    /** A refusal shaped like the operation's answer, with whatever ids the request named. */
    private Response refusal(int operation, long id, StatusCode status) {
        long ledgerId = body.numberOr(1, 0);
        return switch (operation) {
            case OP_READ ->
                new Response.Entry(id, status, ledgerId, body.numberOr(2, 0), null, Response.UNSET, Response.UNSET);
            case OP_ADD -> new Response.Added(id, status, ledgerId, body.numberOr(2, 0));
            case OP_WRITE_LAC -> new Response.LacWritten(id, status, ledgerId);
            case OP_READ_LAC -> new Response.Lac(id, status, ledgerId, null, null);
            case OP_BOOKIE_INFO -> new Response.BookieInfo(id, status, Response.UNSET, Response.UNSET);
            case OP_START_TLS -> new Response.TlsStarted(id, status);
            case OP_FORCE -> new Response.Forced(id, status, ledgerId);
            case OP_LIST_ENTRIES -> new Response.EntryList(id, status, ledgerId, null);
            default -> new Response.Bare(id, status, operation);
        };
    }

    private Request decodeRead(ByteBuf frame, long id, boolean isUrgent) throws MalformedFrameException {
        long ledgerId = body.number(1);
        long entryId = body.number(2);
        long flag = body.numberOr(FLAG, 0);
        if (flag == FLAG_FENCE) {
            if (!body.hasBytes(3)) {
                return new Request.Invalid(id, refusal(OP_READ, id, StatusCode.UNAUTHORIZED));
            }
            return new Request.Read(id, ledgerId, entryId, masterKey(frame), priority(isUrgent));
        }
        if (body.hasNumber(4)) {
            Request.Piggyback piggyback = flag == FLAG_PIGGYBACK ? Request.Piggyback.ENTRY : Request.Piggyback.NONE;
            return new Request.LongPollRead(id, ledgerId, entryId, body.number(4), body.numberOr(5, 0), piggyback);
        }
        return new Request.Read(id, ledgerId, entryId, null, priority(isUrgent));
    }

    private static Request.Priority priority(boolean isUrgent) {
        return isUrgent ? Request.Priority.HIGH : Request.Priority.NORMAL;
    }

    private Request decodeAdd(ByteBuf frame, long id, boolean isUrgent) throws MalformedFrameException {
        long ledgerId = body.number(1);
        long entryId = body.number(2);
        int entry = body.offset(4);
        int entryLength = body.length(4);
        MasterKey key = masterKey(frame);
        if (entryLength < EntryHeader.LENGTH
                || entryId < 0
                || frame.getLong(entry) != ledgerId
                || frame.getLong(entry + 8) != entryId) {
            return new Request.Invalid(id, refusal(OP_ADD, id, StatusCode.BAD_REQUEST));
        }
        int flags = (body.numberOr(FLAG, 0) == FLAG_RECOVERY_ADD ? Request.AddFlags.RECOVERY : 0)
                | (isUrgent ? Request.AddFlags.HIGH_PRIORITY : 0)
                | ((body.numberOr(5, 0) & WRITE_FLAG_DEFERRED_SYNC) != 0 ? Request.AddFlags.DEFERRED_SYNC : 0);
        return new Request.Add(id, ledgerId, entryId, key, slice(frame, entry, entryLength), flags);
    }

    private Request decodeAuth(ByteBuf frame, long id) throws MalformedFrameException {
        authReader.reset(frame, message.offset(AUTH), message.length(AUTH));
        AuthMessage step = AuthMessage.read(authReader);
        return new Request.Auth(id, step.plugin, step.payload);
    }

    private MasterKey masterKey(ByteBuf frame) throws MalformedFrameException {
        return lastMasterKey.read(frame, body.offset(3), body.length(3));
    }

    private static ByteBuf slice(ByteBuf frame, int offset, int length) {
        return frame.retainedSlice(offset, length);
    }

    private @Nullable ByteBuf sliceIfPresent(ByteBuf frame, int field) throws MalformedFrameException {
        return body.hasBytes(field) ? slice(frame, body.offset(field), body.length(field)) : null;
    }

    /** Reads a bookie's frame, which it borrows; entries are slices of it. */
    Response decodeResponse(ByteBuf frame) throws MalformedFrameException {
        int operation = parseHeader(frame);
        long id = header.number(3);
        StatusCode outer = StatusCode.fromV3((int) message.number(STATUS));
        if (operation == OP_START_TLS) {
            return new Response.TlsStarted(id, outer);
        }
        int field = bodyField(operation);
        if (field == 0 || !message.hasBytes(field)) {
            if (outer == StatusCode.OK) {
                throw new MalformedFrameException("v3 answer to operation " + operation + " is OK and empty");
            }
            return new Response.Bare(id, outer, operation);
        }
        if (operation == OP_AUTH) {
            authReader.reset(frame, message.offset(AUTH), message.length(AUTH));
            AuthMessage step = AuthMessage.read(authReader);
            return new Response.Auth(id, outer, step.plugin, step.payload);
        }
        parseBody(frame, field);
        StatusCode inner = StatusCode.fromV3((int) body.number(1));
        StatusCode status = outer == StatusCode.OK ? inner : outer;
        return decodeBody(frame, operation, id, status);
    }

    private Response decodeBody(ByteBuf frame, int operation, long id, StatusCode status)
            throws MalformedFrameException {
        if (operation == OP_BOOKIE_INFO) {
            return new Response.BookieInfo(
                    id, status, body.numberOr(2, Response.UNSET), body.numberOr(3, Response.UNSET));
        }
        long ledgerId = body.number(2);
        return switch (operation) {
            case OP_READ -> {
                long entryId = body.number(3);
                yield new Response.Entry(
                        id,
                        status,
                        ledgerId,
                        entryId,
                        sliceIfPresent(frame, 4),
                        body.numberOr(5, Response.UNSET),
                        body.numberOr(6, Response.UNSET));
            }
            case OP_ADD -> new Response.Added(id, status, ledgerId, body.number(3));
            case OP_WRITE_LAC -> new Response.LacWritten(id, status, ledgerId);
            case OP_READ_LAC ->
                new Response.Lac(id, status, ledgerId, sliceIfPresent(frame, 3), sliceIfPresent(frame, 4));
            case OP_FORCE -> new Response.Forced(id, status, ledgerId);
            case OP_LIST_ENTRIES -> new Response.EntryList(id, status, ledgerId, bytesIfPresent(frame, 3));
            default -> throw new AssertionError("operation " + operation + " has a body but no answer");
        };
    }

    private byte @Nullable [] bytesIfPresent(ByteBuf frame, int field) throws MalformedFrameException {
        if (!body.hasBytes(field)) {
            return null;
        }
        byte[] bytes = new byte[body.length(field)];
        frame.getBytes(body.offset(field), bytes);
        return bytes;
    }

    /** Writes a bookie's answer as a frame with its length before it, and takes the answer's buffers. */
    ByteBuf encodeResponse(Response response, ByteBufAllocator allocator) {
        try {
            if (response instanceof Response.Added added) {
                int size = idsSize(added.status(), added.ledgerId()) + varintFieldSize(3, added.entryId());
                ByteBuf out = startResponse(allocator, OP_ADD, ADD, size, added);
                writeIds(out, added.status(), added.ledgerId());
                writeVarintField(out, 3, added.entryId());
                return out;
            }
            if (response instanceof Response.Entry read) {
                return encodeEntry(read, allocator);
            }
            return encodeOtherResponse(response, allocator);
        } finally {
            response.release();
        }
    }

    private static ByteBuf encodeEntry(Response.Entry read, ByteBufAllocator allocator) {
        ByteBuf entry = read.entry() == null ? Unpooled.EMPTY_BUFFER : read.entry();
        int entryLength = entry.readableBytes();
        int linkedBytes = entryLength - Frames.copiedBytes(entry);
        int size = idsSize(read.status(), read.ledgerId())
                + varintFieldSize(3, read.entryId())
                + (read.entry() == null ? 0 : bytesFieldSize(4, entryLength))
                + optionalSize(5, read.maxLac())
                + optionalSize(6, read.lacUpdateMillis());
        ByteBuf out = startResponse(allocator, OP_READ, READ, size, linkedBytes, read);
        writeIds(out, read.status(), read.ledgerId());
        writeVarintField(out, 3, read.entryId());
        if (read.entry() != null) {
            writeBytesHeader(out, 4, entryLength);
            Frames.copyIfSmall(entry, out);
        }
        int headLength = out.writerIndex();
        writeOptional(out, 5, read.maxLac());
        writeOptional(out, 6, read.lacUpdateMillis());
        return Frames.insert(allocator, out, headLength, entry);
    }

    private static ByteBuf encodeOtherResponse(Response response, ByteBufAllocator allocator) {
        if (response instanceof Response.Lac lac) {
            ByteBuf explicitLac = lac.explicitLac();
            ByteBuf lastEntry = lac.lastEntry();
            int size = idsSize(lac.status(), lac.ledgerId())
                    + (explicitLac == null ? 0 : bytesFieldSize(3, explicitLac.readableBytes()))
                    + (lastEntry == null ? 0 : bytesFieldSize(4, lastEntry.readableBytes()));
            ByteBuf out = startResponse(allocator, OP_READ_LAC, READ_LAC, size, lac);
            writeIds(out, lac.status(), lac.ledgerId());
            copyField(out, 3, explicitLac);
            copyField(out, 4, lastEntry);
            return out;
        }
        if (response instanceof Response.LacWritten written) {
            return encodeIds(allocator, OP_WRITE_LAC, WRITE_LAC, written, written.ledgerId());
        }
        if (response instanceof Response.Forced forced) {
            return encodeIds(allocator, OP_FORCE, FORCE, forced, forced.ledgerId());
        }
        if (response instanceof Response.BookieInfo info) {
            int size = varintFieldSize(1, info.status().v3())
                    + optionalSize(2, info.totalBytes())
                    + optionalSize(3, info.freeBytes());
            ByteBuf out = startResponse(allocator, OP_BOOKIE_INFO, BOOKIE_INFO, size, info);
            writeVarintField(out, 1, info.status().v3());
            writeOptional(out, 2, info.totalBytes());
            writeOptional(out, 3, info.freeBytes());
            return out;
        }
        if (response instanceof Response.EntryList list) {
            byte[] availability = list.availability();
            int size = idsSize(list.status(), list.ledgerId())
                    + (availability == null ? 0 : bytesFieldSize(3, availability.length));
            ByteBuf out = startResponse(allocator, OP_LIST_ENTRIES, LIST_ENTRIES, size, list);
            writeIds(out, list.status(), list.ledgerId());
            if (availability != null) {
                ProtobufWriter.writeBytesField(out, 3, availability);
            }
            return out;
        }
        if (response instanceof Response.Auth auth) {
            byte[] plugin = auth.plugin().getBytes(StandardCharsets.UTF_8);
            ByteBuf out = startResponse(allocator, OP_AUTH, AUTH, AuthMessage.size(plugin, auth.payload()), auth);
            AuthMessage.write(out, plugin, auth.payload());
            return out;
        }
        if (response instanceof Response.TlsStarted) {
            return startResponse(allocator, OP_START_TLS, 0, 0, response);
        }
        if (response instanceof Response.Bare bare) {
            return startResponse(allocator, bare.operation(), 0, 0, bare);
        }
        throw new AssertionError("v3 has no such answer: " + response);
    }

    private static ByteBuf encodeIds(
            ByteBufAllocator allocator, int operation, int field, Response response, long ledgerId) {
        ByteBuf out = startResponse(allocator, operation, field, idsSize(response.status(), ledgerId), response);
        writeIds(out, response.status(), ledgerId);
        return out;
    }

    private static int idsSize(StatusCode status, long ledgerId) {
        return varintFieldSize(1, status.v3()) + varintFieldSize(2, ledgerId);
    }

    private static void writeIds(ByteBuf out, StatusCode status, long ledgerId) {
        writeVarintField(out, 1, status.v3());
        writeVarintField(out, 2, ledgerId);
    }

    private static int optionalSize(int field, long value) {
        return value == Response.UNSET ? 0 : varintFieldSize(field, value);
    }

    private static void writeOptional(ByteBuf out, int field, long value) {
        if (value != Response.UNSET) {
            writeVarintField(out, field, value);
        }
    }

    private static void copyField(ByteBuf out, int field, @Nullable ByteBuf content) {
        if (content != null) {
            writeBytesHeader(out, field, content.readableBytes());
            out.writeBytes(content, content.readerIndex(), content.readableBytes());
        }
    }

    private static ByteBuf startResponse(
            ByteBufAllocator allocator, int operation, int field, int bodySize, Response response) {
        return startResponse(allocator, operation, field, bodySize, 0, response);
    }

    /**
     * Begins a frame: length, header, status, the body's tag and length.
     *
     * @param field of the body, 0 for none
     * @param linkedBytes of the body that will be linked in and need no room in this buffer
     */
    private static ByteBuf startResponse(
            ByteBufAllocator allocator, int operation, int field, int bodySize, int linkedBytes, Response response) {
        int headerSize = headerSize(operation, response.requestId(), 0);
        int status = response.status().v3();
        int length = bytesFieldSize(HEADER, headerSize)
                + varintFieldSize(STATUS, status)
                + (field == 0 ? 0 : bytesFieldSize(field, bodySize));
        ByteBuf out = allocator.ioBuffer(Frames.PREFIX_LENGTH + length - linkedBytes);
        out.writeInt(length);
        writeHeader(out, headerSize, operation, response.requestId(), 0);
        writeVarintField(out, STATUS, status);
        if (field != 0) {
            writeBytesHeader(out, field, bodySize);
        }
        return out;
    }

    private static int headerSize(int operation, long id, int priority) {
        return varintFieldSize(1, VERSION)
                + varintFieldSize(2, operation)
                + varintFieldSize(3, id)
                + (priority == 0 ? 0 : varintFieldSize(4, priority));
    }

    private static void writeHeader(ByteBuf out, int headerSize, int operation, long id, int priority) {
        writeBytesHeader(out, HEADER, headerSize);
        writeVarintField(out, 1, VERSION);
        writeVarintField(out, 2, operation);
        writeVarintField(out, 3, id);
        if (priority != 0) {
            writeVarintField(out, 4, priority);
        }
    }

    /** Whether {@link #encodeRequest} can express this request. */
    static boolean carries(Request request) {
        return !(request instanceof Request.BatchRead) && !(request instanceof Request.Invalid);
    }

    /**
     * Writes a client's request as a frame with its length before it, and takes the request's buffers.
     *
     * @throws IllegalArgumentException when v3 has no message for it, see {@link #carries}
     */
    ByteBuf encodeRequest(Request request, ByteBufAllocator allocator) {
        try {
            if (request instanceof Request.Add add) {
                return encodeAdd(add, allocator);
            }
            if (request instanceof Request.Read read) {
                return encodeRead(read, allocator);
            }
            return encodeOtherRequest(request, allocator);
        } finally {
            request.release();
        }
    }

    private static ByteBuf encodeAdd(Request.Add add, ByteBufAllocator allocator) {
        MasterKey key = add.masterKey();
        ByteBuf entry = add.entry();
        int entryLength = entry.readableBytes();
        int size = varintFieldSize(1, add.ledgerId())
                + varintFieldSize(2, add.entryId())
                + bytesFieldSize(3, key.length())
                + bytesFieldSize(4, entryLength)
                + (add.isDeferredSync() ? varintFieldSize(5, WRITE_FLAG_DEFERRED_SYNC) : 0)
                + (add.isRecovery() ? varintFieldSize(FLAG, FLAG_RECOVERY_ADD) : 0);
        int linkedBytes = entryLength - Frames.copiedBytes(entry);
        int priority = add.isHighPriority() ? PRIORITY_HIGH : 0;
        ByteBuf out = startRequest(allocator, OP_ADD, ADD, size, linkedBytes, priority, add.requestId());
        writeVarintField(out, 1, add.ledgerId());
        writeVarintField(out, 2, add.entryId());
        writeKey(out, key);
        writeBytesHeader(out, 4, entryLength);
        Frames.copyIfSmall(entry, out);
        int headLength = out.writerIndex();
        if (add.isDeferredSync()) {
            writeVarintField(out, 5, WRITE_FLAG_DEFERRED_SYNC);
        }
        if (add.isRecovery()) {
            writeVarintField(out, FLAG, FLAG_RECOVERY_ADD);
        }
        return Frames.insert(allocator, out, headLength, entry);
    }

    private static ByteBuf encodeRead(Request.Read read, ByteBufAllocator allocator) {
        MasterKey key = read.fenceKey();
        int size = varintFieldSize(1, read.ledgerId())
                + varintFieldSize(2, read.entryId())
                + (key == null ? 0 : bytesFieldSize(3, key.length()) + varintFieldSize(FLAG, FLAG_FENCE));
        int priority = read.priority() == Request.Priority.HIGH ? PRIORITY_HIGH : 0;
        ByteBuf out = startRequest(allocator, OP_READ, READ, size, 0, priority, read.requestId());
        writeVarintField(out, 1, read.ledgerId());
        writeVarintField(out, 2, read.entryId());
        if (key != null) {
            writeKey(out, key);
            writeVarintField(out, FLAG, FLAG_FENCE);
        }
        return out;
    }

    private static ByteBuf encodeOtherRequest(Request request, ByteBufAllocator allocator) {
        long id = request.requestId();
        if (request instanceof Request.LongPollRead poll) {
            boolean wantsEntry = poll.piggyback() == Request.Piggyback.ENTRY;
            int size = varintFieldSize(1, poll.ledgerId())
                    + varintFieldSize(2, poll.entryId())
                    + varintFieldSize(4, poll.previousLac())
                    + (poll.timeoutMillis() == 0 ? 0 : varintFieldSize(5, poll.timeoutMillis()))
                    + (wantsEntry ? varintFieldSize(FLAG, FLAG_PIGGYBACK) : 0);
            ByteBuf out = startRequest(allocator, OP_READ, READ, size, 0, 0, id);
            writeVarintField(out, 1, poll.ledgerId());
            writeVarintField(out, 2, poll.entryId());
            writeVarintField(out, 4, poll.previousLac());
            if (poll.timeoutMillis() != 0) {
                writeVarintField(out, 5, poll.timeoutMillis());
            }
            if (wantsEntry) {
                writeVarintField(out, FLAG, FLAG_PIGGYBACK);
            }
            return out;
        }
        if (request instanceof Request.WriteLac write) {
            int size = varintFieldSize(1, write.ledgerId())
                    + varintFieldSize(2, write.lac())
                    + bytesFieldSize(3, write.masterKey().length())
                    + bytesFieldSize(4, write.body().readableBytes());
            ByteBuf out = startRequest(allocator, OP_WRITE_LAC, WRITE_LAC, size, 0, 0, id);
            writeVarintField(out, 1, write.ledgerId());
            writeVarintField(out, 2, write.lac());
            writeKey(out, write.masterKey());
            copyField(out, 4, write.body());
            return out;
        }
        if (request instanceof Request.ReadLac read) {
            return encodeNumber(allocator, OP_READ_LAC, READ_LAC, id, read.ledgerId());
        }
        if (request instanceof Request.Force force) {
            return encodeNumber(allocator, OP_FORCE, FORCE, id, force.ledgerId());
        }
        if (request instanceof Request.BookieInfo info) {
            return encodeNumber(allocator, OP_BOOKIE_INFO, BOOKIE_INFO, id, info.requested());
        }
        if (request instanceof Request.ListEntries list) {
            return encodeNumber(allocator, OP_LIST_ENTRIES, LIST_ENTRIES, id, list.ledgerId());
        }
        if (request instanceof Request.Auth auth) {
            byte[] plugin = auth.plugin().getBytes(StandardCharsets.UTF_8);
            int size = AuthMessage.size(plugin, auth.payload());
            ByteBuf out = startRequest(allocator, OP_AUTH, AUTH, size, 0, 0, id);
            AuthMessage.write(out, plugin, auth.payload());
            return out;
        }
        if (request instanceof Request.StartTls) {
            return startRequest(allocator, OP_START_TLS, START_TLS, 0, 0, 0, id);
        }
        throw new IllegalArgumentException("v3 can't carry " + request);
    }

    private static ByteBuf encodeNumber(ByteBufAllocator allocator, int operation, int field, long id, long number) {
        ByteBuf out = startRequest(allocator, operation, field, varintFieldSize(1, number), 0, 0, id);
        writeVarintField(out, 1, number);
        return out;
    }

    private static void writeKey(ByteBuf out, MasterKey key) {
        writeBytesHeader(out, 3, key.length());
        key.writeTo(out);
    }

    private static ByteBuf startRequest(
            ByteBufAllocator allocator,
            int operation,
            int field,
            int bodySize,
            int linkedBytes,
            int priority,
            long id) {
        int headerSize = headerSize(operation, id, priority);
        int length = bytesFieldSize(HEADER, headerSize) + bytesFieldSize(field, bodySize);
        ByteBuf out = allocator.ioBuffer(Frames.PREFIX_LENGTH + length - linkedBytes);
        out.writeInt(length);
        writeHeader(out, headerSize, operation, id, priority);
        writeBytesHeader(out, field, bodySize);
        return out;
    }
}
