package io.dlog.bookie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BookieConfigTest {
    private static BookieConfig read(String text) throws ConfigException {
        return BookieConfig.read(ConfigReader.parse("bookie.conf", "zkServers=localhost:2181\n" + text));
    }

    @Test
    void hasADefaultForEachKeyButTheCluster() throws Exception {
        BookieConfig config = read("");
        assertThat(config.identity().port()).isEqualTo(3181);
        assertThat(config.journalDirectories()).containsExactly(Path.of("/tmp/bk-txn"));
        assertThat(config.ledgerDirectories()).containsExactly(Path.of("/tmp/bk-data"));
        assertThat(config.indexDirectories()).isEmpty();
        assertThat(config.metadata().root()).isEqualTo("/ledgers");
        assertThat(config.zkTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.isReadOnlyModeEnabled()).isTrue();
        assertThat(config.isStorageExpansionAllowed()).isFalse();
        assertThat(config.server().frameSizeMax().bytes()).isEqualTo(5 << 20);
        assertThat(config.stats()).isEqualTo(new BookieConfig.Stats(true, "127.0.0.1", 9001));
        assertThatThrownBy(() -> BookieConfig.read(ConfigReader.empty()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("zkServers must be set");
    }

    @Test
    void theLogBufferTakesAQuarterOfTheDirectMemoryWithinBounds() {
        assertThat(BookieConfig.defaultLogBuffer(64L << 20).bytes()).isEqualTo(64L << 20);
        assertThat(BookieConfig.defaultLogBuffer(1L << 30).bytes()).isEqualTo(256L << 20);
        assertThat(BookieConfig.defaultLogBuffer(1L << 40).bytes()).isEqualTo(512L << 20);
    }

    @Test
    void readsTheClusterGuidesTemplate() throws Exception {
        BookieConfig config = read("""
                bookiePort=3181
                journalDirectory=/tmp/data/bk/journal
                ledgerDirectories=/tmp/data/bk/ledgers
                indexDirectories=/tmp/data/bk/ledgers
                ledgerManagerType=hierarchical
                zkLedgersRootPath=/messaging/bookkeeper/ledgers
                zkTimeout=30000
                logSizeLimit=1073741823
                journalMaxSizeMB=2048
                journalMaxBackups=5
                gcInitialWaitTime=600000
                gcWaitTime=3600000
                minorCompactionInterval=7200
                minorCompactionThreshold=0.2
                majorCompactionInterval=0
                majorCompactionThreshold=0.3
                compactionRate=10737418
                compactionMaxOutstandingRequests=10737418
                flushInterval=1000
                serverTcpNoDelay=true
                openFileLimit=20000
                pageSize=8192
                pageLimit=131072
                readOnlyModeEnabled=true
                writeBufferSizeBytes=262144
                journalFlushWhenQueueEmpty=false
                journalRemoveFromPageCache=true
                journalAdaptiveGroupWrites=true
                journalMaxGroupWaitMSec=4
                journalBufferedEntriesThreshold=180
                journalBufferedWritesThreshold=131072
                journalMaxGroupedEntriesToCommit=200
                journalPreAllocSizeMB=4
                sortedLedgerStorageEnabled=true
                skipListSizeLimit=67108864
                skipListArenaChunkSize=2097152
                skipListArenaMaxAllocSize=131072
                fileInfoCacheInitialCapacity=10000
                fileInfoMaxIdleTime=3600
                numAddWorkerThreads=4
                numJournalCallbackThreads=4
                numReadWorkerThreads=4
                numLongPollWorkerThreads=4
                statsProviderClass=org.apache.bookkeeper.stats.CodahaleMetricsServletProvider
                185 codahaleStatsHttpPort=9002
                useHostNameAsBookieID=true
                allowLoopback=true
                """);
        assertThat(config.metadata().root()).isEqualTo("/messaging/bookkeeper/ledgers");
        assertThat(config.stats().port()).isEqualTo(9002);
        assertThat(config.zkTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(BookieFormat.idOf(config)).hasToString("127.0.0.1:3181");
    }

    @Test
    void isKnownByWhatItIsToldToBeKnownBy() throws Exception {
        assertThat(BookieFormat.idOf(read("advertisedAddress=10.1.2.3\nbookiePort=7")))
                .hasToString("10.1.2.3:7");
        assertThat(BookieFormat.idOf(read("bookieId=left-shelf"))).hasToString("left-shelf");
        assertThat(BookieFormat.idOf(read("listeningInterface=lo"))).hasToString("127.0.0.1:3181");
        assertThatThrownBy(() -> BookieFormat.idOf(read("listeningInterface=nope7")))
                .hasMessageStartingWith("listeningInterface=nope7 is not there; there are [");
        assertThatThrownBy(() -> BookieFormat.idOf(read("bookieId=a b"))).hasMessageContaining("bookieId=a b may hold");
    }

    @Test
    void refusesTyposWrongTypesAndDirectoriesThatDoNotFit() {
        assertThatThrownBy(() -> read("ledgerDirectory=/a"))
                .hasMessage("bookie.conf, line 2: unknown key ledgerDirectory; did you mean ledgerDirectories?");
        assertThatThrownBy(() -> read("bookiePort=abc"))
                .hasMessage("bookie.conf, line 2: bookiePort=abc is not a whole number from 1 to 65535");
        assertThatThrownBy(() -> read("journalDirectories=/a,/b")).hasMessageContaining("is not one directory");
        assertThatThrownBy(() -> read("ledgerDirectories=/a,/b\nindexDirectories=/c"))
                .hasMessageContaining("there are 2 ledgerDirectories and 1 indexDirectories");
        assertThatThrownBy(() -> read("metadataServiceUri=etcd://x")).hasMessageContaining("write it like");
    }
}
