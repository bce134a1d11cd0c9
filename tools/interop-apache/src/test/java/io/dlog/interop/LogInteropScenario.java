package io.dlog.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.interop.LogUser.Reader;
import io.dlog.interop.LogUser.Seen;
import io.dlog.interop.LogUser.Settings;
import io.dlog.interop.LogUser.Writer;
import io.dlog.log.LogSegmentInfo;
import io.dlog.log.LogSegmentInfo.Truncation;
import io.dlog.log.record.Compression;
import io.dlog.log.record.DLSN;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What the users of two log libraries must see of each other's logs, whoever's the bookies are. */
final class LogInteropScenario {
    private static final int IN_FLIGHT = 500;
    private static final long FIRST_TX_ID = 1000;

    /** Segments that are read across; a writer goes on until it has rolled so often, since a roll waits for its ledger. */
    private static final int SEGMENTS = 3;

    /** Written at most until that many segments are there. */
    private static final int RECORDS_MAX = 100_000;

    private LogInteropScenario() {}

    /** Payload of record {@code i}: one half can't be compressed, the other half can. */
    static byte[] payload(long i) {
        byte[] bytes = new byte[(int) (20 + i % 200)];
        Arrays.fill(bytes, (byte) i);
        SplittableRandom random = new SplittableRandom(i);
        for (int at = 0; at < bytes.length / 2; at++) {
            bytes[at] = (byte) random.nextInt();
        }
        return bytes;
    }

    static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static Seen expected(DLSN dlsn, int index) {
        return Seen.of(dlsn, FIRST_TX_ID + index, index, payload(index));
    }

    /** Writes records {@code first} to {@code first + count - 1} of a log; what a reader should see of them. */
    static List<Seen> write(Writer writer, int first, int count) throws Exception {
        List<Seen> written = new ArrayList<>(count);
        List<CompletableFuture<DLSN>> inFlight = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            inFlight.add(writer.write(FIRST_TX_ID + i, payload(i)));
            if (inFlight.size() == IN_FLIGHT || i == first + count - 1) {
                for (CompletableFuture<DLSN> write : inFlight) {
                    written.add(expected(await(write), first + written.size()));
                }
                inFlight.clear();
            }
        }
        return written;
    }

    static List<Seen> read(LogUser user, String log, DLSN from, int count) throws Exception {
        try (Reader reader = user.openReader(log, from)) {
            return read(reader, count);
        }
    }

    private static List<Seen> read(Reader reader, int count) throws Exception {
        List<Seen> seen = new ArrayList<>(count);
        while (seen.size() < count) {
            seen.add(await(reader.next())
                    .orElseThrow(() -> new AssertionError("the log ends after " + seen.size() + " records")));
        }
        return seen;
    }

    private static void assertBothRead(LogUser one, LogUser other, String log, List<Seen> written) throws Exception {
        assertThat(read(other, log, DLSN.InitialDLSN, written.size()))
                .as("what %s reads of %s", other.clientId(), log)
                .isEqualTo(written);
        assertThat(read(one, log, DLSN.InitialDLSN, written.size()))
                .as("what %s reads of %s", one.clientId(), log)
                .isEqualTo(written);
    }

    /** Segments as both see them, which must be the same. */
    static List<LogSegmentInfo> segments(LogUser one, LogUser other, String log) throws Exception {
        List<LogSegmentInfo> segments = one.segments(log);
        assertThat(other.segments(log)).as("segments of %s", log).isEqualTo(segments);
        return segments;
    }

    /** Writes over several log segments and leaves; the other reads every record, from the start and from the middle. */
    static void writesAndReads(LogUser writing, LogUser reading, String log, Settings settings, int atLeast)
            throws Exception {
        Writer writer = writing.openWriter(log, settings.rolledAt(100_000));
        List<Seen> written = write(writer, 0, atLeast);
        while (writing.segments(log).size() < SEGMENTS && written.size() < RECORDS_MAX) {
            written.addAll(write(writer, written.size(), IN_FLIGHT));
        }
        int count = written.size();
        writer.markEndOfStream();
        writer.close();
        assertBothRead(writing, reading, log, written);
        List<LogSegmentInfo> segments = segments(writing, reading, log);
        assertThat(segments).hasSizeGreaterThanOrEqualTo(SEGMENTS).noneMatch(LogSegmentInfo::isInProgress);
        int middle = count / 2;
        List<Seen> half = written.subList(middle, count);
        assertThat(read(reading, log, half.get(0).dlsn(), half.size())).isEqualTo(half);
        try (Reader reader = reading.openReader(log, half.get(0).txId())) {
            assertThat(read(reader, half.size())).isEqualTo(half);
            assertThat(await(reader.next())).as("after the end").isEmpty();
        }
        assertThat(reading.recordCount(log)).isEqualTo(writing.recordCount(log)).isEqualTo(count);
        assertThat(reading.isEnded(log)).isTrue();
        assertThat(reading.refusesAsEnded(log, FIRST_TX_ID + count)).isTrue();
    }

    /** Record sets, packed and not, in packed and plain entries, between single records. */
    static void recordSets(LogUser writing, LogUser reading, String log) throws Exception {
        List<Seen> written = new ArrayList<>();
        for (Compression ofEntries : Compression.values()) {
            Writer writer = writing.openWriter(log, Settings.immediate(ofEntries));
            for (Compression ofSet : Compression.values()) {
                for (int size : new int[] {1, 2, 100}) {
                    written.addAll(write(writer, written.size(), 1));
                    int first = written.size();
                    List<byte[]> payloads = new ArrayList<>();
                    for (int i = first; i < first + size; i++) {
                        payloads.add(payload(i));
                    }
                    long txId = FIRST_TX_ID + first;
                    DLSN dlsn = await(writer.writeSet(txId, payloads, ofSet));
                    for (int i = 0; i < size; i++) {
                        written.add(Seen.of(
                                new DLSN(dlsn.logSegmentSequenceNo(), dlsn.entryId(), dlsn.slotId() + i),
                                txId,
                                first + i,
                                payloads.get(i)));
                    }
                }
            }
            writer.close();
        }
        assertBothRead(writing, reading, log, written);
        Seen inside = written.get(written.size() - 50);
        assertThat(read(reading, log, inside.dlsn(), 50))
                .as("from inside a record set")
                .isEqualTo(written.subList(written.size() - 50, written.size()));
        assertThat(reading.recordCount(log)).isEqualTo(written.size());
        segments(writing, reading, log);
    }

    /** A record becomes visible by a control record, which no reader is handed. */
    static void heartbeat(LogUser writing, LogUser reading, String log) throws Exception {
        Writer writer = writing.openWriter(log, Settings.unprompted(Compression.LZ4, 0));
        List<Seen> written = new ArrayList<>(write(writer, 0, 1));
        try (Reader reader = reading.openReader(log, DLSN.InitialDLSN)) {
            for (int i = 1; i <= 20; i++) {
                CompletableFuture<Optional<Seen>> next = reader.next();
                Seen last = written.get(written.size() - 1);
                writer.heartbeat(last.txId());
                assertThat(await(next)).contains(last);
                written.addAll(write(writer, i, 1));
            }
        }
        writer.heartbeat(written.get(written.size() - 1).txId());
        writer.close();
        assertBothRead(writing, reading, log, written);
        assertThat(reading.lastRecord(log)).isEqualTo(written.get(written.size() - 1));
    }

    /** An end without any record after it, seen by one who waits for it. */
    static void endOfStream(LogUser writing, LogUser reading, String log) throws Exception {
        Writer writer = writing.openWriter(log, Settings.immediate(Compression.NONE));
        List<Seen> written = write(writer, 0, 3);
        try (Reader reader = reading.openReader(log, DLSN.InitialDLSN)) {
            assertThat(read(reader, 3)).isEqualTo(written);
            CompletableFuture<Optional<Seen>> end = reader.next();
            assertThat(reading.isEnded(log)).isFalse();
            writer.markEndOfStream();
            assertThat(await(end)).isEmpty();
        }
        writer.close();
        assertThat(writing.isEnded(log)).isTrue();
        assertThat(reading.isEnded(log)).isTrue();
        assertThat(writing.refusesAsEnded(log, FIRST_TX_ID + 3)).isTrue();
        assertThat(reading.refusesAsEnded(log, FIRST_TX_ID + 3)).isTrue();
        assertThat(reading.recordCount(log)).isEqualTo(3);
        assertThat(segments(writing, reading, log)).hasSize(1);
    }

    /**
     * Gives up one segment and a part of the next; the other sees the same log and gives up more.
     *
     * <p>From a position that is gone, Apache's reader begins with the first record that is left, whatever
     * {@code alertPositionOnTruncated} says; ours refuses, so that nobody misses records without being told.
     */
    static void truncates(LogUser writing, LogUser other, String log) throws Exception {
        List<Seen> written = new ArrayList<>();
        for (int segment = 0; segment < 4; segment++) {
            Writer writer = writing.openWriter(log, Settings.immediate(Compression.NONE));
            written.addAll(write(writer, written.size(), 10));
            writer.abort();
        }
        truncate(writing, other, log, written, 15);
        truncate(other, writing, log, written, 25);
        assertThat(segments(writing, other, log))
                .extracting(LogSegmentInfo::truncation)
                .startsWith(Truncation.TRUNCATED, Truncation.TRUNCATED, Truncation.PARTIALLY_TRUNCATED);
    }

    private static void truncate(LogUser truncating, LogUser other, String log, List<Seen> written, int kept)
            throws Exception {
        DLSN point = written.get(kept).dlsn();
        Writer writer = truncating.openWriter(log, Settings.immediate(Compression.NONE));
        assertThat(writer.truncate(point)).isTrue();
        writer.close();
        List<LogSegmentInfo> segments = segments(truncating, other, log);
        assertThat(segments)
                .filteredOn(info -> info.minActiveDLSN().equals(point))
                .hasSize(1);
        assertBothRead(truncating, other, log, written.subList(kept, written.size()));
        for (LogUser user : List.of(truncating, other)) {
            DLSN inGivenUpSegment = written.get(1).dlsn();
            DLSN inKeptSegment = written.get(kept - 1).dlsn();
            for (DLSN gone : List.of(inGivenUpSegment, inKeptSegment)) {
                if (user.refusesTruncatedPositions()) {
                    assertThat(user.refusesAsTruncated(log, gone))
                            .as("%s from %s", user.clientId(), gone)
                            .isTrue();
                } else {
                    assertThat(read(user, log, gone, 1))
                            .as("%s from %s", user.clientId(), gone)
                            .containsExactly(written.get(kept));
                }
            }
            assertThat(read(user, log, point, 1)).containsExactly(written.get(kept));
        }
    }

    /** Writers take over from one another with records in flight; both read the same, nothing acknowledged is missing. */
    static void handsOver(LogUser one, LogUser other, String log) throws Exception {
        List<Seen> all = new ArrayList<>();
        LogUser writing = one;
        for (int turn = 0; turn < 4; turn++) {
            Writer writer = writing.openWriter(log, Settings.immediate(Compression.LZ4));
            List<Seen> acknowledged = new ArrayList<>(write(writer, all.size(), 100));
            List<CompletableFuture<DLSN>> inFlight = new ArrayList<>();
            int first = all.size() + 100;
            for (int i = first; i < first + 50; i++) {
                inFlight.add(writer.write(FIRST_TX_ID + i, payload(i)));
            }
            await(inFlight.get(0));
            writer.abort();
            for (int i = 0; i < inFlight.size(); i++) {
                CompletableFuture<DLSN> write = inFlight.get(i);
                if (write.handle((dlsn, failure) -> failure == null).get(30, TimeUnit.SECONDS)) {
                    acknowledged.add(expected(write.join(), first + i));
                }
            }
            List<LogSegmentInfo> segments = segments(one, other, log);
            assertThat(segments.get(segments.size() - 1).isInProgress())
                    .as("turn %d", turn)
                    .isTrue();
            writing = writing == one ? other : one;
            // Opening recovers; after that the log holds a fixed number of records.
            writing.openWriter(log, Settings.immediate(Compression.NONE)).close();
            int count = Math.toIntExact(writing.recordCount(log));
            List<Seen> seen = read(one, log, DLSN.InitialDLSN, count);
            assertThat(read(other, log, DLSN.InitialDLSN, count)).isEqualTo(seen);
            assertThat(seen.subList(0, all.size())).isEqualTo(all);
            assertThat(seen).containsAll(acknowledged);
            for (int i = 0; i < seen.size(); i++) {
                assertThat(seen.get(i)).isEqualTo(expected(seen.get(i).dlsn(), i));
            }
            all = seen;
        }
        assertThat(segments(one, other, log)).hasSize(4).noneMatch(LogSegmentInfo::isInProgress);
    }

    /** Each record is seen by a reader that already waits for it, over several segments. */
    static void tails(LogUser writing, LogUser reading, String log) throws Exception {
        Writer writer =
                writing.openWriter(log, Settings.immediate(Compression.LZ4).rolledAt(800));
        Seen first = write(writer, 0, 1).get(0);
        try (Reader reader = reading.openReader(log, DLSN.InitialDLSN)) {
            assertThat(await(reader.next())).contains(first);
            for (int i = 1; i < 40 || (reading.segments(log).size() < SEGMENTS && i < RECORDS_MAX); i++) {
                CompletableFuture<Optional<Seen>> next = reader.next();
                Seen written = write(writer, i, 1).get(0);
                Seen seen = await(next).orElseThrow();
                boolean isCounted = reading.countsOnInNewSegments()
                        || seen.dlsn().logSegmentSequenceNo() == 1
                        || seen.sequenceId() >= 0;
                assertThat(seen).isEqualTo(isCounted ? written : written.withSequenceId(seen.sequenceId()));
            }
        }
        assertThat(reading.segments(log)).as("segments passed").hasSizeGreaterThanOrEqualTo(SEGMENTS);
        writer.close();
    }

    /** A writer of one keeps the other out, which learns the owner's name, until it leaves. */
    static void locksOut(LogUser holding, LogUser other, String log) throws Exception {
        Writer writer = holding.openWriter(log, Settings.immediate(Compression.NONE));
        assertThat(other.refusedInFavourOf(log)).contains(holding.clientId());
        List<Seen> written = write(writer, 0, 5);
        assertThat(other.refusedInFavourOf(log)).contains(holding.clientId());
        writer.close();
        assertThat(other.refusedInFavourOf(log)).isEmpty();
        assertBothRead(holding, other, log, written);
    }
}
