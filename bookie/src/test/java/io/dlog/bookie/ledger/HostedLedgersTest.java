package io.dlog.bookie.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.bookie.ledger.HostedLedgers.Watch;
import io.dlog.bookie.storage.LedgerRecord;
import io.dlog.bookie.testing.InMemoryLedgerStorage;
import io.dlog.protocol.MasterKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class HostedLedgersTest {
    private static final MasterKey KEY = MasterKey.of(new byte[20]);
    private static final MasterKey OTHER = MasterKey.of(new byte[] {1});

    private final InMemoryLedgerStorage storage = new InMemoryLedgerStorage();
    private final HostedLedgers ledgers = new HostedLedgers(storage, 128);

    private static ByteBuf entry(long ledgerId, long entryId, long lac) {
        return Unpooled.buffer(40)
                .writeLong(ledgerId)
                .writeLong(entryId)
                .writeLong(lac)
                .writeLong(0)
                .writeLong(7);
    }

    private AddOutcome add(long ledgerId, long entryId, MasterKey key, AddKind kind) {
        return AddOutcome.of(ledgers.add(ledgerId, entryId, key, entry(ledgerId, entryId, entryId - 1), kind));
    }

    private static ByteBuf explicitLac(long ledgerId, long lac) {
        return Unpooled.buffer(20).writeLong(ledgerId).writeLong(lac).writeInt(9);
    }

    @Test
    void storesAnAddToALedgerItNeverHeardOf() {
        assertThat(add(7, 0, KEY, AddKind.NORMAL)).isEqualTo(AddOutcome.STORED);
        assertThat(ledgers.read(7, 0)).isInstanceOf(ReadOutcome.Found.class);
        assertThat(ledgers.read(7, 1)).isEqualTo(new ReadOutcome.NoEntry(-1));
        assertThat(ledgers.read(8, 0)).isEqualTo(ReadOutcome.NoLedger.INSTANCE);
    }

    @Test
    void refusesAnotherKeyToAddsFencesAndExplicitLacs() {
        add(7, 0, KEY, AddKind.NORMAL);
        assertThat(add(7, 1, OTHER, AddKind.NORMAL)).isEqualTo(AddOutcome.WRONG_KEY);
        assertThat(add(7, 1, OTHER, AddKind.RECOVERY_HIGH_PRIORITY)).isEqualTo(AddOutcome.WRONG_KEY);
        assertThat(AddOutcome.of(ledgers.fence(7, OTHER))).isEqualTo(AddOutcome.WRONG_KEY);
        assertThat(AddOutcome.of(ledgers.writeLac(7, OTHER, explicitLac(7, 3)))).isEqualTo(AddOutcome.WRONG_KEY);
        assertThat(add(7, 1, KEY, AddKind.NORMAL)).isEqualTo(AddOutcome.STORED);
    }

    @Test
    void refusesAddsToAFencedLedgerUnlessTheyRecoverIt() {
        assertThat(AddOutcome.of(ledgers.fence(7, KEY))).isEqualTo(AddOutcome.STORED);
        assertThat(add(7, 0, KEY, AddKind.NORMAL)).isEqualTo(AddOutcome.FENCED);
        assertThat(add(7, 0, KEY, AddKind.HIGH_PRIORITY)).isEqualTo(AddOutcome.FENCED);
        assertThat(add(7, 0, KEY, AddKind.RECOVERY)).isEqualTo(AddOutcome.STORED);
    }

    @Test
    void refusesNegativeEntryIds() {
        assertThat(add(7, -3, KEY, AddKind.NORMAL)).isEqualTo(AddOutcome.NEGATIVE_ENTRY_ID);
        assertThat(AddOutcome.NEGATIVE_ENTRY_ID.status()).isEqualTo(io.dlog.protocol.StatusCode.BAD_REQUEST);
    }

    @Test
    void takesOnlyUrgentAddsAndNoExplicitLacsWhenReadOnly() {
        ledgers.admit(Admission.HIGH_PRIORITY);
        assertThat(add(7, 0, KEY, AddKind.NORMAL)).isEqualTo(AddOutcome.READ_ONLY);
        assertThat(AddOutcome.of(ledgers.writeLac(7, KEY, explicitLac(7, 3)))).isEqualTo(AddOutcome.READ_ONLY);
        assertThat(add(7, 0, KEY, AddKind.HIGH_PRIORITY)).isEqualTo(AddOutcome.STORED);
        ledgers.admit(Admission.NONE);
        assertThat(add(7, 1, KEY, AddKind.RECOVERY_HIGH_PRIORITY)).isEqualTo(AddOutcome.READ_ONLY);
        assertThat(AddOutcome.of(ledgers.fence(7, KEY))).isEqualTo(AddOutcome.STORED);
    }

    @Test
    void saysBusyFailedAndUnreadable() {
        storage.fill();
        assertThat(add(7, 0, KEY, AddKind.NORMAL)).isEqualTo(AddOutcome.BUSY);
        assertThat(AddOutcome.of(ledgers.fence(7, KEY))).isEqualTo(AddOutcome.BUSY);
        storage.drain();
        storage.makeUnreadable();
        assertThat(add(9, 0, KEY, AddKind.NORMAL)).isEqualTo(AddOutcome.UNREADABLE);
        assertThat(ledgers.read(9, 0)).isEqualTo(ReadOutcome.Unreadable.INSTANCE);
        storage.fail();
        assertThat(add(7, 0, KEY, AddKind.NORMAL)).isEqualTo(AddOutcome.FAILED);
    }

    @Test
    void aFenceThatWasAnsweredOnceIsAnsweredAgainOnlyWhenDurable() {
        storage.syncOnCommandOnly();
        long first = ledgers.fence(7, KEY);
        assertThat(ledgers.fence(7, KEY)).isEqualTo(first).isPositive();
        HostedLedgers reloaded = new HostedLedgers(storage, 128);
        assertThat(reloaded.fence(7, KEY)).isGreaterThanOrEqualTo(first);
    }

    @Test
    void knowsTheHighestLacThatAnyEntryOrExplicitLacNamed() {
        ledgers.add(7, 5, KEY, entry(7, 5, 3), AddKind.NORMAL);
        ledgers.add(7, 6, KEY, entry(7, 6, 2), AddKind.NORMAL);
        assertThat(ledgers.lastAddConfirmed(7)).isEqualTo(3);
        ledgers.writeLac(7, KEY, explicitLac(7, 5));
        ledgers.writeLac(7, KEY, explicitLac(7, 4));
        assertThat(ledgers.lastAddConfirmed(7)).isEqualTo(5);
        assertThat(new HostedLedgers(storage, 128).read(7, 6))
                .isInstanceOfSatisfying(
                        ReadOutcome.Found.class,
                        f -> assertThat(f.lastAddConfirmed()).isEqualTo(5));
    }

    @Test
    void findsTheLastEntryAlsoAfterANewStart() {
        add(7, 0, KEY, AddKind.NORMAL);
        add(7, 9, KEY, AddKind.NORMAL);
        add(7, 4, KEY, AddKind.NORMAL);
        HostedLedgers reloaded = new HostedLedgers(storage, 128);
        assertThat(reloaded.readFromMemory(7, -1)).isNull();
        assertThat(reloaded.read(7, -1))
                .isInstanceOfSatisfying(
                        ReadOutcome.Found.class, f -> assertThat(f.entryId()).isEqualTo(9));
        assertThat(reloaded.readFromMemory(7, -1)).isNotNull();
    }

    @Test
    void anEntryAddedWhileTheLastOneIsLookedUpIsTheLast() throws Exception {
        add(7, 5, KEY, AddKind.NORMAL);
        LedgerRecord record = storage.ledger(7);
        if (record == null) {
            throw new AssertionError("the ledger was not stored");
        }
        HostedLedger ledger = HostedLedger.stored(record, storage);
        long found = storage.lastEntryId(7);
        assertThat(AddOutcome.of(ledger.add(6, KEY, entry(7, 6, 5), AddKind.NORMAL, Admission.ALL)))
                .isEqualTo(AddOutcome.STORED);
        assertThat(ledger.lastEntryId()).isEqualTo(HostedLedger.UNKNOWN_ENTRY);
        ledger.foundLastEntry(found);
        assertThat(ledger.lastEntryId()).isEqualTo(6);
    }

    @Test
    void wakesThoseWhoWaitForTheLacOnce() throws Exception {
        List<String> seen = new ArrayList<>();
        LacWatcher watcher = watcher(seen);
        assertThat(ledgers.watch(7, -1, watcher)).isEqualTo(Watch.NO_LEDGER);
        ledgers.add(7, 0, KEY, entry(7, 0, -1), AddKind.NORMAL);
        assertThat(ledgers.watch(7, 0, watcher)).isEqualTo(Watch.WAITING);
        ledgers.add(7, 1, KEY, entry(7, 1, 0), AddKind.NORMAL);
        assertThat(seen).isEmpty();
        ledgers.add(7, 2, KEY, entry(7, 2, 1), AddKind.NORMAL);
        ledgers.add(7, 3, KEY, entry(7, 3, 2), AddKind.NORMAL);
        assertThat(seen).containsExactly("1");
        assertThat(ledgers.watch(7, 1, watcher)).isEqualTo(Watch.PASSED);
        assertThat(ledgers.watch(7, 2, watcher)).isEqualTo(Watch.WAITING);
        ledgers.unwatch(7, watcher);
        ledgers.writeLac(7, KEY, explicitLac(7, 9));
        assertThat(seen).containsExactly("1");
        assertThat(ledgers.watch(7, 9, watcher)).isEqualTo(Watch.WAITING);
        ledgers.deleted(7);
        assertThat(seen).containsExactly("1", "deleted");
    }

    private static LacWatcher watcher(List<String> seen) {
        return new LacWatcher() {
            @Override
            public void onLac(long lac) {
                seen.add(Long.toString(lac));
            }

            @Override
            public void onDeleted() {
                seen.add("deleted");
            }
        };
    }

    @Test
    void keepsABoundedNumberInHandAndForgetsNoFence() {
        for (long id = 0; id < 5000; id++) {
            ledgers.fence(id, KEY);
        }
        assertThat(ledgers.size()).isLessThanOrEqualTo(64 * 3);
        for (long id = 0; id < 5000; id++) {
            assertThat(add(id, 0, KEY, AddKind.NORMAL)).isEqualTo(AddOutcome.FENCED);
        }
    }

    @Test
    void letsNoAddThroughBehindAFenceWhateverElseIsPutAway() throws Exception {
        for (int round = 0; round < 200; round++) {
            long id = round;
            HostedLedgers few = new HostedLedgers(storage, 1);
            AtomicBoolean isOver = new AtomicBoolean();
            CountDownLatch started = new CountDownLatch(2);
            Thread churn = new Thread(() -> {
                started.countDown();
                for (long other = 1000; !isOver.get(); other++) {
                    few.fence(other % 4000 + 1000, KEY);
                }
            });
            long[] lastStored = {-1};
            Thread writer = new Thread(() -> {
                started.countDown();
                for (long e = 0; ; e++) {
                    long p = few.add(id, e, KEY, entry(id, e, -1), AddKind.NORMAL);
                    if (p < 0) {
                        return;
                    }
                    lastStored[0] = p;
                }
            });
            churn.start();
            writer.start();
            assertThat(started.await(5, TimeUnit.SECONDS)).isTrue();
            long fence = few.fence(id, KEY);
            writer.join(5_000);
            isOver.set(true);
            churn.join(5_000);
            assertThat(lastStored[0]).isLessThan(fence);
        }
    }
}
