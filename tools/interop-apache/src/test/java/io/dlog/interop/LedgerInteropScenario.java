package io.dlog.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.interop.LedgerUser.Writer;
import io.dlog.ledger.DigestType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What every client must be able to do on every bookie, and what one client's user sees of the other's. */
final class LedgerInteropScenario {
    private static final int IN_FLIGHT = 1000;

    private LedgerInteropScenario() {}

    /** Payload of entry {@code i}: its number, then bytes that make entries differ in length. */
    private static byte[] payload(int i) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + i % 200);
        bytes.putLong(i);
        while (bytes.hasRemaining()) {
            bytes.put((byte) (i * 31 + bytes.position()));
        }
        return bytes.array();
    }

    private static void append(Writer writer, int first, int count) throws Exception {
        List<CompletableFuture<Long>> adds = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            adds.add(writer.append(payload(i)));
            if (adds.size() == IN_FLIGHT) {
                await(adds, i - adds.size() + 1);
                adds.clear();
            }
        }
        await(adds, first + count - adds.size());
    }

    private static void await(List<CompletableFuture<Long>> adds, int firstEntryId) throws Exception {
        long expected = firstEntryId;
        for (CompletableFuture<Long> add : adds) {
            assertThat(add.get(30, TimeUnit.SECONDS)).isEqualTo(expected++);
        }
    }

    private static void assertEntries(List<byte[]> entries, int count) {
        assertThat(entries).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(entries.get(i)).as("entry %d", i).isEqualTo(payload(i));
        }
    }

    /** Writes and closes a ledger; both users read all of it. */
    static void writesAndReads(LedgerUser writing, LedgerUser other, DigestType digest, int count) throws Exception {
        Writer writer = writing.create(digest);
        append(writer, 0, count);
        writer.close();
        assertEntries(writing.readConfirmed(writer.ledgerId(), digest), count);
        assertEntries(other.recoverAndReadAll(writer.ledgerId(), digest), count);
        other.delete(writer.ledgerId());
        assertThatThrownBy(() -> writing.readConfirmed(writer.ledgerId(), digest))
                .isInstanceOf(Exception.class);
    }

    /** The writer never closes: the other user fences it, finds every acknowledged entry, and the writer is shut out. */
    static void fencesAndRecovers(LedgerUser writing, LedgerUser recovering, DigestType digest, int count)
            throws Exception {
        Writer abandoned = writing.create(digest);
        append(abandoned, 0, count);
        assertEntries(recovering.recoverAndReadAll(abandoned.ledgerId(), digest), count);
        assertThatThrownBy(() -> abandoned.append(payload(count)).get(30, TimeUnit.SECONDS))
                .as("add by the fenced writer")
                .isInstanceOf(Exception.class)
                .isNotInstanceOf(java.util.concurrent.TimeoutException.class);
        assertEntries(writing.recoverAndReadAll(abandoned.ledgerId(), digest), count);
    }
}
