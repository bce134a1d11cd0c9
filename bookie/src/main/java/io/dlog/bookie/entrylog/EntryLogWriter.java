package io.dlog.bookie.entrylog;

import io.dlog.bookie.disk.AlignedMemory;
import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.disk.OpenMode;
import io.dlog.bookie.disk.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes one entry log, a flush at a time.
 *
 * <p>A flush is: {@link #append} in order of ledger and entry, {@link #endBlock} whenever {@link #isBlockFull}, then
 * {@link #endFlush}, after which all of it is durable. After an exception the log must not be written any more: its position
 * may not be the file's.
 *
 * <p>Thread: owned by the flush lane.
 */
public final class EntryLogWriter implements Closeable {
    private static final int BUFFER_BYTES = 1 << 20;

    /** Entries between two checksum blocks; bounds what a verification has to find, and a run's reach. */
    private static final int BLOCK_BYTES = 1 << 20;

    private final long logId;
    private final long instanceId;
    private final StorageFile file;
    private final ByteBuffer buffer;
    private final ByteBuffer word = ByteBuffer.allocate(Long.BYTES);
    private final CRC32C hiddenCrc = new CRC32C();

    /** File offset of the buffer's first byte. */
    private long bufferOffset;

    private long blockOffset;
    private int[] checksums = new int[1024];
    private int checksumCount;
    private final List<long[]> runs = new ArrayList<>();
    private long directoryOffset;

    private EntryLogWriter(StorageFile file, long logId, long instanceId, int bufferBytes) {
        this.file = file;
        this.logId = logId;
        this.instanceId = instanceId;
        this.buffer = AlignedMemory.allocate(bufferBytes);
    }

    /** Creates a log. */
    public static EntryLogWriter create(FileSystem files, Path directory, long logId, long instanceId)
            throws IOException {
        Path path = directory.resolve(EntryLogFormat.fileName(logId));
        if (files.exists(path)) {
            throw new IOException("entry log exists already file=" + path);
        }
        EntryLogWriter writer = new EntryLogWriter(files.open(path, OpenMode.DIRECT), logId, instanceId, BUFFER_BYTES);
        EntryLogFormat.writeHeader(writer.buffer, new EntryLogFormat.Header(logId, instanceId, 0, 0, 0));
        writer.buffer.position(EntryLogFormat.HEADER_BYTES);
        writer.blockOffset = writer.offset();
        files.syncDirectory(directory);
        return writer;
    }

    public long logId() {
        return logId;
    }

    public Path path() {
        return file.path();
    }

    /** Offset behind what was appended. */
    public long offset() {
        return bufferOffset + buffer.position();
    }

    /** Index of the next entry's checksum in the block that will cover it. */
    public int nextChecksumSlot() {
        return checksumCount;
    }

    /**
     * Appends an entry.
     *
     * @param crc its CRC32C
     * @return the offset of its length field
     */
    public long append(long ledgerId, long entryId, ByteBuffer entry, int crc) throws IOException {
        long offset = offset();
        int bytes = entry.remaining();
        putInt(bytes);
        copy(entry);
        if (checksumCount == checksums.length) {
            checksums = Arrays.copyOf(checksums, 2 * checksumCount);
        }
        checksums[checksumCount++] = crc;
        long[] run = runs.isEmpty() ? null : runs.get(runs.size() - 1);
        if (run == null || run[0] != ledgerId) {
            runs.add(new long[] {ledgerId, entryId, entryId, offset, Integer.BYTES + bytes, 1});
        } else {
            run[2] = entryId;
            run[4] = offset() - run[3];
            run[5]++;
        }
        return offset;
    }

    /** Whether {@link #endBlock} is due. */
    public boolean isBlockFull() {
        return offset() - blockOffset >= BLOCK_BYTES;
    }

    /**
     * Writes the checksums of the entries since the last block.
     *
     * @return the offset of the checksum block
     */
    public long endBlock() throws IOException {
        long offset = offset();
        beginHidden(EntryLogFormat.CHECKSUMS_ENTRY, 12 + checksumCount * Integer.BYTES + Integer.BYTES);
        putLong(blockOffset);
        putInt(checksumCount);
        for (int i = 0; i < checksumCount; i++) {
            putInt(checksums[i]);
        }
        endHidden();
        checksumCount = 0;
        blockOffset = offset();
        return offset;
    }

    /**
     * Ends a flush: the last checksum block is written, here come the directory and padding.
     *
     * @return the log's durable length
     */
    public long endFlush(List<LedgerFootprint> states) throws IOException {
        if (checksumCount > 0) {
            throw new AssertionError("entries without checksum block log=" + logId + " count=" + checksumCount);
        }
        writeDirectory(states);
        writePadding(0);
        drain();
        file.sync();
        blockOffset = offset();
        return offset();
    }

    /**
     * Ends the log: nothing is appended afterwards.
     *
     * @param bytesByLedger what it holds of each ledger
     * @return the log's final length
     */
    public long seal(Map<Long, Long> bytesByLedger) throws IOException {
        int ledgers = bytesByLedger.size();
        int parts = Math.max(1, (ledgers + EntryLogFormat.MAP_LEDGERS_MAX - 1) / EntryLogFormat.MAP_LEDGERS_MAX);
        long mapBytes = (long) parts * (EntryLogFormat.HIDDEN_BYTES + Integer.BYTES)
                + (long) ledgers * EntryLogFormat.MAP_ENTRY_BYTES;
        writePadding(mapBytes);
        long mapOffset = offset();
        writeMap(bytesByLedger);
        drain();
        file.sync();
        ByteBuffer header = buffer.clear();
        EntryLogFormat.writeHeader(
                header, new EntryLogFormat.Header(logId, instanceId, mapOffset, ledgers, directoryOffset));
        file.write(header.limit(EntryLogFormat.HEADER_BYTES), 0);
        file.sync();
        buffer.clear();
        return bufferOffset;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void writeDirectory(List<LedgerFootprint> states) throws IOException {
        long offset = offset();
        int bytes = 16 + runs.size() * EntryLogFormat.DIRECTORY_RUN_BYTES + Integer.BYTES;
        for (LedgerFootprint state : states) {
            bytes += 17
                    + (state.key() == null ? 0 : 4 + state.key().length)
                    + (state.explicitLac() == null ? 0 : 4 + state.explicitLac().length);
        }
        beginHidden(EntryLogFormat.DIRECTORY_ENTRY, bytes);
        putLong(directoryOffset);
        putInt(runs.size());
        putInt(states.size());
        for (long[] run : runs) {
            for (int i = 0; i < 5; i++) {
                putLong(run[i]);
            }
            putInt((int) run[5]);
        }
        for (LedgerFootprint state : states) {
            byte[] key = state.key();
            byte[] explicitLac = state.explicitLac();
            putLong(state.ledgerId());
            int flags = (state.isFenced() ? 1 : 0) | (key == null ? 0 : 2) | (explicitLac == null ? 0 : 4);
            put(word.clear().put((byte) flags).flip());
            putLong(state.lastAddConfirmed());
            if (key != null) {
                putInt(key.length);
                put(ByteBuffer.wrap(key));
            }
            if (explicitLac != null) {
                putInt(explicitLac.length);
                put(ByteBuffer.wrap(explicitLac));
            }
        }
        endHidden();
        directoryOffset = offset;
        runs.clear();
    }

    private void writeMap(Map<Long, Long> bytesByLedger) throws IOException {
        int left = bytesByLedger.size();
        int inPart = 0;
        if (left == 0) {
            beginHidden(EntryLogFormat.MAP_ENTRY, Integer.BYTES);
            putInt(0);
        }
        for (Map.Entry<Long, Long> ledger : bytesByLedger.entrySet()) {
            if (inPart == 0) {
                inPart = Math.min(left, EntryLogFormat.MAP_LEDGERS_MAX);
                beginHidden(EntryLogFormat.MAP_ENTRY, Integer.BYTES + inPart * EntryLogFormat.MAP_ENTRY_BYTES);
                putInt(inPart);
            }
            putLong(ledger.getKey());
            putLong(ledger.getValue());
            inPart--;
            left--;
        }
    }

    /** Pads so that {@code followingBytes} more end on a block. */
    private void writePadding(long followingBytes) throws IOException {
        int gap = (int) -(offset() + followingBytes) & (FileSystem.BLOCK_BYTES - 1);
        if (gap == 0) {
            return;
        }
        if (gap < EntryLogFormat.HIDDEN_BYTES) {
            gap += FileSystem.BLOCK_BYTES;
        }
        beginHidden(EntryLogFormat.PADDING_ENTRY, gap - EntryLogFormat.HIDDEN_BYTES);
        put(ByteBuffer.allocate(gap - EntryLogFormat.HIDDEN_BYTES));
    }

    private void beginHidden(long entryId, int bodyBytes) throws IOException {
        putInt(2 * Long.BYTES + bodyBytes);
        hiddenCrc.reset();
        putLong(EntryLogFormat.HIDDEN_LEDGER);
        putLong(entryId);
    }

    private void endHidden() throws IOException {
        putInt((int) hiddenCrc.getValue());
    }

    private void putInt(int value) throws IOException {
        put(word.clear().putInt(value).flip());
    }

    private void putLong(long value) throws IOException {
        put(word.clear().putLong(value).flip());
    }

    /** Appends a part of a hidden entry. */
    private void put(ByteBuffer bytes) throws IOException {
        hiddenCrc.update(bytes);
        copy(bytes.rewind());
    }

    private void copy(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (!buffer.hasRemaining()) {
                drain();
            }
            int limit = bytes.limit();
            bytes.limit(bytes.position() + Math.min(bytes.remaining(), buffer.remaining()));
            buffer.put(bytes);
            bytes.limit(limit);
        }
    }

    /** Writes the buffer; it ends on a block. */
    private void drain() throws IOException {
        buffer.flip();
        int bytes = buffer.limit();
        if (bytes % FileSystem.BLOCK_BYTES != 0) {
            throw new AssertionError("write does not end on a block log=" + logId + " bytes=" + bytes);
        }
        if (bytes > 0) {
            file.write(buffer, bufferOffset);
        }
        bufferOffset += bytes;
        buffer.clear();
    }
}
