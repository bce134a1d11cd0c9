package io.dlog.bookie.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.bookie.entrylog.EntryLocation;
import io.dlog.bookie.testing.SimulatedFileSystem;
import io.dlog.bookie.testing.SimulatedIndexStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class EntryLocationIndexTest {
    private IndexStore store;
    private EntryLocationIndex index;

    @BeforeEach
    void open() throws IOException {
        store = new SimulatedIndexStore.Disk()
                .on(new SimulatedFileSystem(), batch -> true)
                .open(Path.of("/index"));
        index = new EntryLocationIndex(store);
    }

    @Test
    void findsEachEntryOfAScanAndNothingBetween() throws IOException {
        write(7, 1, 0, 300);
        write(7, 1, 400, 500);
        write(8, 2, 0, 10);
        for (long id = 0; id < 600; id++) {
            EntryLocation found = index.find(7, id);
            if (id < 300 || (id >= 400 && id < 500)) {
                assertThat(found).isEqualTo(location(1, id));
            } else {
                assertThat(found).as("entry %d", id).isNull();
            }
        }
        assertThat(index.find(8, 3)).isEqualTo(location(2, 3));
        assertThat(index.find(9, 3)).isNull();
        assertThat(index.lastEntryId(7)).isEqualTo(499);
    }

    @Test
    void findsWhatWasWrittenAnewAfterARunWasRead() throws IOException {
        write(7, 1, 0, 100);
        assertThat(index.find(7, 50)).isEqualTo(location(1, 50));
        assertThat(index.find(7, 100)).isNull();
        write(7, 2, 50, 51);
        write(7, 2, 100, 101);
        assertThat(index.find(7, 49)).isEqualTo(location(1, 49));
        assertThat(index.find(7, 50)).isEqualTo(location(2, 50));
        assertThat(index.find(7, 51)).isEqualTo(location(1, 51));
        assertThat(index.find(7, 100)).isEqualTo(location(2, 100));
    }

    private void write(long ledgerId, long logId, long from, long to) throws IOException {
        List<EntryLocation> entries = new ArrayList<>();
        for (long id = from; id < to; id++) {
            entries.add(location(logId, id));
        }
        IndexBatch batch = new IndexBatch();
        index.put(batch, ledgerId, entries);
        store.write(batch);
        index.changed();
    }

    private static EntryLocation location(long logId, long id) {
        return new EntryLocation(id, logId, 4096 + id * 104, 100, 1 << 20, (int) id);
    }
}
