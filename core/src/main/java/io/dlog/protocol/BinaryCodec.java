package io.dlog.protocol;

import io.dlog.ledger.EntryHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Protocol version 2: fixed layouts for adds, reads, batch reads and authentication.
 *
 * <pre>
 *   header, 4 bytes       version 8 | operation 8 | flags 16; version 0: the whole number is the operation
 *
 *   ADD    1  request     header | master key 20 | entry
 *             response    header | rc 4 | ledger 8 | entry id 8
 *   READ   2  request     header | ledger 8 | entry id 8 | master key 20 if fencing
 *             response    header | rc 4 | ledger 8 | requested id 8 | entry if rc = 0
 *   AUTH   3  both ways   header | protobuf {1: plugin, 2: payload}
 *   BATCH  7  request     header | ledger 8 | first entry 8 | request id 8 | max count 4 | max size 8 | key 20 if fencing
 *             response    header | rc 4 | ledger 8 | first entry 8 | request id 8 | (length 4 | entry)*
 *
 *   flags                 1 fence, 2 recovery add, 4 high priority
 * </pre>
 *
 * <p>Big-endian; each frame is preceded by its length in 4 bytes, which encoding writes and decoding no longer sees.
 * Versions 0 to 2 are served, others refused with BAD_VERSION; the answer repeats the request's version, which travels in
 * {@link Request#requestId}. What has no layout (unknown operations, short frames) closes the connection.
 *
 * <p>Two answers differ from Apache's bookie on purpose: an add with a negative entry id is BAD_REQUEST (such ids mean
 * something else in Apache's journal), as is any request for a negative ledger id, and {@link StatusCode#UNKNOWN_LEDGER_STATE} is sent as
 * {@link StatusCode#IO_ERROR}, which tells a client just as little; Apache's v2 client drops the connection on 107.
 *
 * <p>Thread: owned by the connection's event loop. Source: BookKeeper "BookieProtocol".
 */
final class BinaryCodec {
    /** The version this codec sends requests in. */
    static final int CURRENT_VERSION = 2;

    /** The first byte of every v3 frame, never a version here. */
    private static final int PROTOBUF_HEADER_TAG = 0x0a;

    private static final int OP_ADD = 1;
    private static final int OP_READ = 2;
    private static final int OP_AUTH = 3;
    private static final int OP_BATCH_READ = 7;

    private static final int FLAG_FENCE = 1;
    private static final int FLAG_RECOVERY_ADD = 2;
    private static final int FLAG_HIGH_PRIORITY = 4;

    private static final int HEADER_LENGTH = 4;
    private static final int IDS_LENGTH = 16;
    private static final int BATCH_ARGUMENTS_LENGTH = 20;
    private static final int ENTRY_COUNT_GUESS_MAX = 64;

    private final LastMasterKey lastMasterKey = new LastMasterKey();
    private final ProtobufReader authReader = new ProtobufReader();
    /** Version of the last batch read, whose request id has no room for it; a client speaks one version. */
    private int batchVersion = CURRENT_VERSION;

    /** Reads a client's frame, which it borrows; an add's entry is a slice of it. */
    Request decodeRequest(ByteBuf frame) throws MalformedFrameException {
        int start = frame.readerIndex();
        int length = frame.readableBytes();
        requireLength(length, HEADER_LENGTH);
        int header = frame.getInt(start);
        int version = header >>> 24;
        int operation = version == 0 ? header : header >>> 16 & 0xff;
        int flags = version == 0 ? 0 : header & 0xffff;
        if (version == PROTOBUF_HEADER_TAG) {
            throw new MalformedFrameException("v3 frame on a v2 connection");
        }
        return switch (operation) {
            case OP_ADD -> decodeAdd(frame, version, flags);
            case OP_READ -> decodeRead(frame, version, flags);
            case OP_AUTH -> decodeAuthRequest(frame, version);
            case OP_BATCH_READ -> decodeBatchRead(frame, version, flags);
            default -> throw new MalformedFrameException("v2 operation " + operation);
        };
    }

    private Request decodeAdd(ByteBuf frame, int version, int flags) throws MalformedFrameException {
        int key = frame.readerIndex() + HEADER_LENGTH;
        int entry = key + MasterKey.LENGTH;
        int entryLength = frame.writerIndex() - entry;
        requireLength(entryLength, IDS_LENGTH);
        long ledgerId = frame.getLong(entry);
        long entryId = frame.getLong(entry + 8);
        if (version > CURRENT_VERSION) {
            return new Request.Invalid(version, new Response.Added(version, StatusCode.BAD_VERSION, ledgerId, entryId));
        }
        if (entryLength < EntryHeader.LENGTH || entryId < 0 || ledgerId < 0) {
            return new Request.Invalid(version, new Response.Added(version, StatusCode.BAD_REQUEST, ledgerId, entryId));
        }
        int addFlags = ((flags & FLAG_RECOVERY_ADD) != 0 ? Request.AddFlags.RECOVERY : 0)
                | ((flags & FLAG_HIGH_PRIORITY) != 0 ? Request.AddFlags.HIGH_PRIORITY : 0);
        return new Request.Add(
                version,
                ledgerId,
                entryId,
                lastMasterKey.read(frame, key, MasterKey.LENGTH),
                frame.retainedSlice(entry, entryLength),
                addFlags);
    }

    private Request decodeRead(ByteBuf frame, int version, int flags) throws MalformedFrameException {
        int ids = frame.readerIndex() + HEADER_LENGTH;
        requireLength(frame.readableBytes(), HEADER_LENGTH + IDS_LENGTH);
        long ledgerId = frame.getLong(ids);
        long entryId = frame.getLong(ids + 8);
        if (version > CURRENT_VERSION) {
            return invalidRead(version, StatusCode.BAD_VERSION, ledgerId, entryId);
        }
        if (ledgerId < 0) {
            return invalidRead(version, StatusCode.BAD_REQUEST, ledgerId, entryId);
        }
        MasterKey fenceKey = null;
        if ((flags & FLAG_FENCE) != 0) {
            if (version < CURRENT_VERSION) {
                return invalidRead(version, StatusCode.UNAUTHORIZED, ledgerId, entryId);
            }
            fenceKey = decodeFenceKey(frame, HEADER_LENGTH + IDS_LENGTH);
        }
        return new Request.Read(version, ledgerId, entryId, fenceKey, priority(flags));
    }

    private static Request invalidRead(int version, StatusCode status, long ledgerId, long entryId) {
        return new Request.Invalid(
                version, new Response.Entry(version, status, ledgerId, entryId, null, Response.UNSET, Response.UNSET));
    }

    private Request decodeBatchRead(ByteBuf frame, int version, int flags) throws MalformedFrameException {
        int ids = frame.readerIndex() + HEADER_LENGTH;
        int fixedLength = HEADER_LENGTH + IDS_LENGTH + BATCH_ARGUMENTS_LENGTH;
        requireLength(frame.readableBytes(), fixedLength);
        long ledgerId = frame.getLong(ids);
        long firstEntryId = frame.getLong(ids + 8);
        long requestId = frame.getLong(ids + 16);
        batchVersion = version;
        if (version > CURRENT_VERSION) {
            return invalidBatch(requestId, StatusCode.BAD_VERSION, ledgerId, firstEntryId);
        }
        if (ledgerId < 0) {
            return invalidBatch(requestId, StatusCode.BAD_REQUEST, ledgerId, firstEntryId);
        }
        MasterKey fenceKey = null;
        if ((flags & FLAG_FENCE) != 0) {
            if (version < CURRENT_VERSION) {
                return invalidBatch(requestId, StatusCode.UNAUTHORIZED, ledgerId, firstEntryId);
            }
            fenceKey = decodeFenceKey(frame, fixedLength);
        }
        int maxCount = frame.getInt(ids + 24);
        long maxSizeBytes = frame.getLong(ids + 28);
        return new Request.BatchRead(requestId, ledgerId, firstEntryId, maxCount, maxSizeBytes, fenceKey);
    }

    private static Request invalidBatch(long requestId, StatusCode status, long ledgerId, long firstEntryId) {
        return new Request.Invalid(
                requestId, new Response.Entries(requestId, status, ledgerId, firstEntryId, List.of()));
    }

    private MasterKey decodeFenceKey(ByteBuf frame, int offset) throws MalformedFrameException {
        requireLength(frame.readableBytes(), offset + MasterKey.LENGTH);
        return lastMasterKey.read(frame, frame.readerIndex() + offset, MasterKey.LENGTH);
    }

    private static Request.Priority priority(int flags) {
        return (flags & FLAG_HIGH_PRIORITY) != 0 ? Request.Priority.HIGH : Request.Priority.NORMAL;
    }

    private Request decodeAuthRequest(ByteBuf frame, int version) throws MalformedFrameException {
        AuthMessage message = decodeAuth(frame);
        return new Request.Auth(version, message.plugin, message.payload);
    }

    private AuthMessage decodeAuth(ByteBuf frame) throws MalformedFrameException {
        authReader.reset(frame, frame.readerIndex() + HEADER_LENGTH, frame.readableBytes() - HEADER_LENGTH);
        return AuthMessage.read(authReader);
    }

    /** Writes a bookie's answer as a frame with its length before it, and takes the answer's buffers. */
    ByteBuf encodeResponse(Response response, ByteBufAllocator allocator) {
        try {
            if (response instanceof Response.Added added) {
                return encodeIds(
                        allocator, OP_ADD, added.requestId(), added.status(), added.ledgerId(), added.entryId(), 0);
            }
            if (response instanceof Response.Entry read) {
                return encodeEntry(read, allocator);
            }
            if (response instanceof Response.Entries batch) {
                return encodeEntries(batch, allocator);
            }
            if (response instanceof Response.Auth auth) {
                return encodeAuth(header((int) auth.requestId(), OP_AUTH, 0), auth.plugin(), auth.payload(), allocator);
            }
            throw new AssertionError("v2 has no such answer: " + response);
        } finally {
            response.release();
        }
    }

    private static ByteBuf encodeIds(
            ByteBufAllocator allocator,
            int operation,
            long version,
            StatusCode status,
            long ledgerId,
            long entryId,
            int moreLength) {
        int length = HEADER_LENGTH + 4 + IDS_LENGTH;
        ByteBuf out = allocator.ioBuffer(Frames.PREFIX_LENGTH + length + Math.min(moreLength, Frames.COPIED_BYTES_MAX));
        out.writeInt(length + moreLength);
        out.writeInt(header((int) version, operation, 0));
        out.writeInt(number(status));
        out.writeLong(ledgerId);
        out.writeLong(entryId);
        return out;
    }

    private static int number(StatusCode status) {
        return status == StatusCode.UNKNOWN_LEDGER_STATE ? StatusCode.IO_ERROR.v2() : status.v2();
    }

    private static ByteBuf encodeEntry(Response.Entry read, ByteBufAllocator allocator) {
        ByteBuf entry = read.status() == StatusCode.OK ? read.entry() : null;
        int entryLength = entry == null ? 0 : entry.readableBytes();
        ByteBuf out = encodeIds(
                allocator, OP_READ, read.requestId(), read.status(), read.ledgerId(), read.entryId(), entryLength);
        if (entry == null) {
            return out;
        }
        Frames.copyIfSmall(entry, out);
        return Frames.insert(allocator, out, out.writerIndex(), entry);
    }

    private ByteBuf encodeEntries(Response.Entries batch, ByteBufAllocator allocator) {
        int length = HEADER_LENGTH + 4 + IDS_LENGTH + 8;
        int ownLength = Frames.PREFIX_LENGTH + length;
        List<ByteBuf> entries = batch.status() == StatusCode.OK ? batch.entries() : List.of();
        for (ByteBuf entry : entries) {
            length = Math.addExact(length, 4 + entry.readableBytes());
            ownLength += 4 + Frames.copiedBytes(entry);
        }
        ByteBuf out = allocator.ioBuffer(ownLength);
        out.writeInt(length);
        out.writeInt(header(batchVersion, OP_BATCH_READ, 0));
        out.writeInt(number(batch.status()));
        out.writeLong(batch.ledgerId());
        out.writeLong(batch.firstEntryId());
        out.writeLong(batch.requestId());
        return appendEntries(entries, out, allocator);
    }

    private static ByteBuf appendEntries(List<ByteBuf> entries, ByteBuf out, ByteBufAllocator allocator) {
        CompositeByteBuf frame = null;
        int done = 0;
        for (ByteBuf entry : entries) {
            out.writeInt(entry.readableBytes());
            Frames.copyIfSmall(entry, out);
            if (entry.readableBytes() > Frames.COPIED_BYTES_MAX) {
                if (frame == null) {
                    frame = allocator.compositeBuffer(2 * entries.size() + 1);
                }
                frame.addComponent(true, out.retainedSlice(done, out.writerIndex() - done));
                frame.addComponent(true, entry.retainedSlice());
                done = out.writerIndex();
            }
        }
        if (frame == null) {
            return out;
        }
        if (out.writerIndex() > done) {
            frame.addComponent(true, out.retainedSlice(done, out.writerIndex() - done));
        }
        out.release();
        return frame;
    }

    private static ByteBuf encodeAuth(int header, String plugin, byte[] payload, ByteBufAllocator allocator) {
        byte[] name = plugin.getBytes(StandardCharsets.UTF_8);
        int length = HEADER_LENGTH + AuthMessage.size(name, payload);
        ByteBuf out = allocator.ioBuffer(Frames.PREFIX_LENGTH + length);
        out.writeInt(length);
        out.writeInt(header);
        AuthMessage.write(out, name, payload);
        return out;
    }

    /** Whether {@link #encodeRequest} has a layout that loses nothing of this request. */
    static boolean carries(Request request) {
        return request instanceof Request.Add add
                ? !add.isDeferredSync() && add.masterKey().length() == MasterKey.LENGTH
                : request instanceof Request.Read read
                        ? isCarried(read.fenceKey())
                        : request instanceof Request.BatchRead batch
                                ? isCarried(batch.fenceKey())
                                : request instanceof Request.Auth;
    }

    private static boolean isCarried(@Nullable MasterKey key) {
        return key == null || key.length() == MasterKey.LENGTH;
    }

    /**
     * Writes a client's request as a frame with its length before it, and takes the request's buffers.
     *
     * @throws IllegalArgumentException when v2 has no layout for it, see {@link #carries}
     */
    ByteBuf encodeRequest(Request request, ByteBufAllocator allocator) {
        try {
            if (!carries(request)) {
                throw new IllegalArgumentException("v2 can't carry " + request);
            }
            if (request instanceof Request.Add add) {
                return encodeAdd(add, allocator);
            }
            if (request instanceof Request.Read read) {
                return encodeRead(read, allocator);
            }
            if (request instanceof Request.BatchRead batch) {
                return encodeBatchRead(batch, allocator);
            }
            if (request instanceof Request.Auth auth) {
                return encodeAuth(header(CURRENT_VERSION, OP_AUTH, 0), auth.plugin(), auth.payload(), allocator);
            }
            throw new AssertionError("carried but unknown: " + request);
        } finally {
            request.release();
        }
    }

    private static ByteBuf encodeAdd(Request.Add add, ByteBufAllocator allocator) {
        int flags = (add.isRecovery() ? FLAG_RECOVERY_ADD : 0) | (add.isHighPriority() ? FLAG_HIGH_PRIORITY : 0);
        int ownLength = HEADER_LENGTH + MasterKey.LENGTH;
        ByteBuf out = allocator.ioBuffer(Frames.PREFIX_LENGTH + ownLength + Frames.copiedBytes(add.entry()));
        out.writeInt(ownLength + add.entry().readableBytes());
        out.writeInt(header(CURRENT_VERSION, OP_ADD, flags));
        add.masterKey().writeTo(out);
        Frames.copyIfSmall(add.entry(), out);
        return Frames.insert(allocator, out, out.writerIndex(), add.entry());
    }

    private static ByteBuf encodeRead(Request.Read read, ByteBufAllocator allocator) {
        MasterKey key = read.fenceKey();
        int length = HEADER_LENGTH + IDS_LENGTH + (key == null ? 0 : MasterKey.LENGTH);
        ByteBuf out = allocator.ioBuffer(Frames.PREFIX_LENGTH + length);
        out.writeInt(length);
        int priorityFlag = read.priority() == Request.Priority.HIGH ? FLAG_HIGH_PRIORITY : 0;
        out.writeInt(header(CURRENT_VERSION, OP_READ, priorityFlag | (key == null ? 0 : FLAG_FENCE)));
        out.writeLong(read.ledgerId());
        out.writeLong(read.entryId());
        if (key != null) {
            key.writeTo(out);
        }
        return out;
    }

    private static ByteBuf encodeBatchRead(Request.BatchRead batch, ByteBufAllocator allocator) {
        MasterKey key = batch.fenceKey();
        int length = HEADER_LENGTH + IDS_LENGTH + BATCH_ARGUMENTS_LENGTH + (key == null ? 0 : MasterKey.LENGTH);
        ByteBuf out = allocator.ioBuffer(Frames.PREFIX_LENGTH + length);
        out.writeInt(length);
        out.writeInt(header(CURRENT_VERSION, OP_BATCH_READ, key == null ? 0 : FLAG_FENCE));
        out.writeLong(batch.ledgerId());
        out.writeLong(batch.firstEntryId());
        out.writeLong(batch.requestId());
        out.writeInt(batch.maxCount());
        out.writeLong(batch.maxSizeBytes());
        if (key != null) {
            key.writeTo(out);
        }
        return out;
    }

    /** Reads a bookie's frame, which it borrows; entries are slices of it. */
    Response decodeResponse(ByteBuf frame) throws MalformedFrameException {
        requireLength(frame.readableBytes(), HEADER_LENGTH);
        int header = frame.getInt(frame.readerIndex());
        int version = header >>> 24;
        int operation = version == 0 ? header : header >>> 16 & 0xff;
        if (operation == OP_AUTH) {
            AuthMessage message = decodeAuth(frame);
            return new Response.Auth(version, StatusCode.OK, message.plugin, message.payload);
        }
        int rc = frame.readerIndex() + HEADER_LENGTH;
        int end = rc + 4 + IDS_LENGTH;
        if (end > frame.writerIndex()) {
            throw new MalformedFrameException("v2 answer of " + frame.readableBytes() + " bytes");
        }
        StatusCode status = StatusCode.fromV2(frame.getInt(rc));
        long ledgerId = frame.getLong(rc + 4);
        long entryId = frame.getLong(rc + 12);
        switch (operation) {
            case OP_ADD:
                return new Response.Added(version, status, ledgerId, entryId);
            case OP_READ:
                ByteBuf entry = status == StatusCode.OK ? frame.retainedSlice(end, frame.writerIndex() - end) : null;
                return new Response.Entry(version, status, ledgerId, entryId, entry, Response.UNSET, Response.UNSET);
            case OP_BATCH_READ:
                if (end + 8 > frame.writerIndex()) {
                    throw new MalformedFrameException("v2 batch answer of " + frame.readableBytes() + " bytes");
                }
                List<ByteBuf> entries = status == StatusCode.OK ? decodeEntries(frame, end + 8) : List.of();
                return new Response.Entries(frame.getLong(end), status, ledgerId, entryId, entries);
            default:
                throw new MalformedFrameException("v2 answer to operation " + operation);
        }
    }

    private static List<ByteBuf> decodeEntries(ByteBuf frame, int start) throws MalformedFrameException {
        int position = start;
        // First the lengths, so that nothing has to be given back when one of them is wrong.
        int count = 0;
        while (position < frame.writerIndex()) {
            int left = frame.writerIndex() - position - 4;
            int length = left < 0 ? -1 : frame.getInt(position);
            if (length < EntryHeader.LENGTH || length > left) {
                throw new MalformedFrameException(
                        "v2 batch answer with an entry of " + length + " of " + left + " bytes");
            }
            position += 4 + length;
            count++;
        }
        List<ByteBuf> entries = new ArrayList<>(Math.min(count, ENTRY_COUNT_GUESS_MAX));
        position = start;
        while (position < frame.writerIndex()) {
            int length = frame.getInt(position);
            entries.add(frame.retainedSlice(position + 4, length));
            position += 4 + length;
        }
        return entries;
    }

    private static int header(int version, int operation, int flags) {
        return version == 0 ? operation : version << 24 | operation << 16 | flags;
    }

    private static void requireLength(int length, int needed) throws MalformedFrameException {
        if (length < needed) {
            throw new MalformedFrameException("v2 frame ends after " + length + " of " + needed + " bytes");
        }
    }
}
