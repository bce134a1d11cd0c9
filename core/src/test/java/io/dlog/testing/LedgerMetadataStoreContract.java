package io.dlog.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.ledger.BookieId;
import io.dlog.ledger.DigestType;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.metadata.LedgerMetadataStore;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.MetadataException.Reason;
import io.dlog.metadata.Versioned;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every {@link LedgerMetadataStore} does. */
public abstract class LedgerMetadataStoreContract {
    /** An empty store. */
    protected abstract LedgerMetadataStore store();

    private static final List<BookieId> ENSEMBLE = List.of(new BookieId("b1:3181"), new BookieId("b2:3181"));

    /** An open ledger. */
    protected static LedgerMetadata open(long ledgerId, long cToken) {
        byte[] password = "pw".getBytes(StandardCharsets.UTF_8);
        return LedgerMetadata.open(ledgerId, 2, 2, ENSEMBLE, DigestType.CRC32C, password, cToken, Map.of());
    }

    /** Waits for a result. */
    protected static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static void assertRefused(ThrowingCallable call, Reason reason) {
        assertThatThrownBy(call)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        MetadataException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void readsWhatItCreated() throws Exception {
        Versioned<LedgerMetadata> created = get(store().create(open(3, 17)));
        assertThat(created.value()).isEqualTo(open(3, 17));
        assertThat(get(store().read(3))).isEqualTo(created);
    }

    @Test
    void refusesASecondLedgerOfTheSameId() throws Exception {
        get(store().create(open(3, 17)));
        assertRefused(() -> get(store().create(open(3, 18))), Reason.EXISTS);
        assertRefused(() -> get(store().create(open(3, 0))), Reason.EXISTS);
    }

    @Test
    void recognisesItsOwnLedgerByTheToken() throws Exception {
        Versioned<LedgerMetadata> created = get(store().create(open(3, 17)));
        assertThat(get(store().create(open(3, 17)))).isEqualTo(created);
    }

    @Test
    void ofTwoWritersOfOneVersionOneLoses() throws Exception {
        Versioned<LedgerMetadata> created = get(store().create(open(3, 17)));
        LedgerMetadata closed = created.value().closedAt(9, 900);
        Versioned<LedgerMetadata> written = get(store().write(closed, created.version()));
        assertThat(get(store().read(3))).isEqualTo(written);
        assertRefused(() -> get(store().write(created.value().inRecovery(), created.version())), Reason.BAD_VERSION);
        assertThat(get(store().read(3)).value()).isEqualTo(closed);
    }

    @Test
    void saysSoWhenThereIsNoSuchLedger() {
        assertRefused(() -> get(store().read(4)), Reason.NOT_FOUND);
        assertRefused(() -> get(store().write(open(4, 1), 0)), Reason.NOT_FOUND);
    }

    @Test
    void deletesOnceAndAgain() throws Exception {
        get(store().create(open(3, 17)));
        get(store().create(open(4, 18)));
        get(store().delete(3));
        get(store().delete(3));
        assertRefused(() -> get(store().read(3)), Reason.NOT_FOUND);
        assertThat(get(store().list())).containsExactly(4L);
    }

    @Test
    void listsLedgersOfAllSizesOfId() throws Exception {
        assertThat(get(store().list())).isEmpty();
        for (long id : List.of(0L, 1L, 99_999L, 2_147_483_646L, 2_147_483_647L, 0x123456789AL, Long.MAX_VALUE)) {
            get(store().create(open(id, id + 1)));
            assertThat(get(store().read(id)).value().ledgerId()).isEqualTo(id);
        }
        assertThat(get(store().list()))
                .containsExactlyInAnyOrder(
                        0L, 1L, 99_999L, 2_147_483_646L, 2_147_483_647L, 0x123456789AL, Long.MAX_VALUE);
    }

    @Test
    void callsBackAfterEachChangeUntilClosed() throws Exception {
        Versioned<LedgerMetadata> created = get(store().create(open(3, 17)));
        Versioned<LedgerMetadata> other = get(store().create(open(4, 18)));
        NudgeQueue nudges = new NudgeQueue();
        AutoCloseable watch = store().watch(3, nudges::add);
        get(store().read(3));
        Versioned<LedgerMetadata> written = get(store().write(created.value().inRecovery(), created.version()));
        assertThat(nudges.next()).isEqualTo(3);
        get(store().write(written.value().closedAt(1, 1), written.version()));
        assertThat(nudges.next()).isEqualTo(3);
        get(store().delete(3));
        assertThat(nudges.next()).isEqualTo(3);
        watch.close();
        get(store().write(other.value().inRecovery(), other.version()));
        assertThat(nudges.isEmpty()).isTrue();
    }

    /** Nudges in the order in which they came. Thread: safe, because the queue is. */
    private static final class NudgeQueue {
        private final LinkedBlockingQueue<Long> queue = new LinkedBlockingQueue<>();

        void add(Long ledgerId) {
            queue.add(ledgerId);
        }

        long next() throws InterruptedException {
            Long ledgerId = queue.poll(20, TimeUnit.SECONDS);
            return ledgerId == null ? -1 : ledgerId;
        }

        boolean isEmpty() {
            return queue.isEmpty();
        }
    }
}
