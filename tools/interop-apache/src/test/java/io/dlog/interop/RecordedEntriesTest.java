package io.dlog.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.testing.Golden;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.distributedlog.DLSN;
import org.apache.distributedlog.Entry;
import org.apache.distributedlog.LogRecordSet;
import org.apache.distributedlog.LogRecordWithDLSN;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The entries our codecs are tested with mean the same to Apache's decoder. */
class RecordedEntriesTest {
    private record Meaning(long txId, String payload, boolean isControl) {
        static Meaning of(LogRecordWithDLSN record) {
            return new Meaning(
                    record.getTransactionId(),
                    new String(record.getPayload(), StandardCharsets.UTF_8),
                    record.isControl());
        }
    }

    private static byte[] recorded(String name) {
        return Golden.text("log-entries.txt")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> HexFormat.of()
                        .parseHex(line.substring(name.length() + 1).strip()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no recorded entry " + name));
    }

    private static List<Meaning> decoded(String name, boolean isEnveloped) throws Exception {
        Entry.Reader reader = Entry.newBuilder()
                .setLogSegmentInfo(1, 0)
                .setEntryId(0)
                .setEnvelopeEntry(isEnveloped)
                .deserializeRecordSet(true)
                .setEntry(Unpooled.wrappedBuffer(recorded(name)))
                .buildReader();
        List<Meaning> records = new ArrayList<>();
        LogRecordWithDLSN record = reader.nextRecord();
        while (record != null) {
            records.add(Meaning.of(record));
            record = reader.nextRecord();
        }
        return records;
    }

    @ParameterizedTest
    @ValueSource(strings = {"entry-stored", "entry-lz4"})
    void apacheReadsTheRecordsOfAnEntry(String name) throws Exception {
        assertThat(decoded(name, true))
                .containsExactly(new Meaning(1000, "hello", false), new Meaning(1001, "world", false));
    }

    @Test
    void apacheReadsARecordWithoutAnEnvelope() throws Exception {
        assertThat(decoded("entry-bare", false)).containsExactly(new Meaning(7, "x", false));
    }

    @Test
    void apacheKnowsControlRecordsAndTheEnd() throws Exception {
        assertThat(decoded("entry-control", true)).containsExactly(new Meaning(1001, "control", true));
        assertThat(decoded("entry-end-of-stream", true))
                .containsExactly(new Meaning(Long.MAX_VALUE, "endOfStream", false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"record-set-stored", "record-set-lz4"})
    void apacheUnpacksARecordSet(String name) throws Exception {
        LogRecordWithDLSN set = new LogRecordWithDLSN(new DLSN(1, 2, 3), 1000, recorded(name), 0);
        set.setRecordSet();
        assertThat(LogRecordSet.numRecords(set)).isEqualTo(2);
        LogRecordSet.Reader reader = LogRecordSet.of(set);
        LogRecordWithDLSN first = reader.nextRecord();
        LogRecordWithDLSN second = reader.nextRecord();
        assertThat(List.of(Meaning.of(first), Meaning.of(second)))
                .containsExactly(new Meaning(1000, "aa", false), new Meaning(1000, "bbb", false));
        assertThat(List.of(first.getDlsn(), second.getDlsn())).containsExactly(new DLSN(1, 2, 3), new DLSN(1, 2, 4));
        assertThat(reader.nextRecord()).isNull();
    }
}
