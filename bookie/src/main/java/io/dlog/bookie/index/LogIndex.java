package io.dlog.bookie.index;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an index keeps about the entry logs of its directory.
 *
 * <pre>
 * key    8  log id, big endian
 *
 * value  1  version, 1
 *        1  flags: 1 sealed
 *        8  durable length of the log
 *        v  count of ledgers, then for each: v ledgerId minus the one before, v bytes of it in this log
 * </pre>
 *
 * <p>Thread: reads are safe; batches are built by the flush lane.
 */
public final class LogIndex {
    private static final byte VERSION = 1;
    private static final int SEALED = 1;

    private final IndexStore store;

    /** Whether anything will be appended to a log. Thread: immutable. */
    public enum LogState {
        OPEN,
        SEALED
    }

    /** One log. Thread: immutable. */
    public record IndexedLog(LogState state, long bytes, Map<Long, Long> bytesByLedger) {}

    /** Takes logs by id. */
    @FunctionalInterface
    public interface Visitor {
        void visit(long logId, IndexedLog log);
    }

    public LogIndex(IndexStore store) {
        this.store = store;
    }

    /** Visits all logs. */
    public void forEach(Visitor visitor) throws IOException {
        store.scan(IndexTable.LOGS, new byte[0], (key, value) -> {
            long logId = ByteBuffer.wrap(key).getLong();
            visitor.visit(logId, read(logId, value));
            return true;
        });
    }

    public void put(IndexBatch batch, long logId, IndexedLog log) {
        ByteBuffer out = ByteBuffer.allocate(
                10 + Varint.BYTES_MAX * (1 + 2 * log.bytesByLedger().size()));
        out.put(VERSION)
                .put((byte) (log.state() == LogState.SEALED ? SEALED : 0))
                .putLong(log.bytes());
        Varint.put(out, log.bytesByLedger().size());
        long before = 0;
        for (Map.Entry<Long, Long> ledger : new TreeMap<>(log.bytesByLedger()).entrySet()) {
            Varint.put(out, ledger.getKey() - before);
            Varint.put(out, ledger.getValue());
            before = ledger.getKey();
        }
        batch.put(
                IndexTable.LOGS,
                ByteBuffer.allocate(Long.BYTES).putLong(logId).array(),
                Arrays.copyOf(out.array(), out.position()));
    }

    private static IndexedLog read(long logId, byte[] value) throws IOException {
        try {
            ByteBuffer in = ByteBuffer.wrap(value);
            byte version = in.get();
            if (version != VERSION) {
                throw new IOException("log row of an unknown version log=" + logId + " version=" + version);
            }
            LogState state = (in.get() & SEALED) != 0 ? LogState.SEALED : LogState.OPEN;
            long bytes = in.getLong();
            long count = Varint.get(in);
            Map<Long, Long> ledgers = new TreeMap<>();
            long ledger = 0;
            for (long i = 0; i < count; i++) {
                ledger += Varint.get(in);
                ledgers.put(ledger, Varint.get(in));
            }
            return new IndexedLog(state, bytes, ledgers);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("log row damaged log=" + logId, e);
        }
    }
}
