package io.dlog.bookie;

import io.dlog.config.ConfigReader;
import java.util.List;
import java.util.Map;

/** Keys of upstream's bookie that have no effect here, by the reason why. */
final class UpstreamKeys {
    private static final Map<String, List<String>> BY_REASON = Map.ofEntries(
            Map.entry(
                    "the log buffer and its sorted flush take the place of upstream's caches and ledger storages",
                    List.of(
                            "ledgerStorageClass",
                            "sortedLedgerStorageEnabled",
                            "skipListSizeLimit",
                            "skipListArenaChunkSize",
                            "skipListArenaMaxAllocSize",
                            "writeBufferSizeBytes",
                            "dbStorage_writeCacheMaxSizeMb",
                            "dbStorage_readAheadCacheMaxSizeMb",
                            "dbStorage_readAheadCacheBatchSize",
                            "entryLogFilePreallocationEnabled",
                            "entryLogPerLedgerEnabled",
                            "flushEntrylogBytes",
                            "numOfMemtableFlushThreads",
                            "maximumNumberOfActiveEntryLogs",
                            "entrylogMapAccessExpiryTimeInSeconds")),
            Map.entry(
                    "the index is one embedded database, not a file a ledger",
                    List.of(
                            "openFileLimit",
                            "pageSize",
                            "pageLimit",
                            "fileInfoCacheInitialCapacity",
                            "fileInfoMaxIdleTime",
                            "fileInfoFormatVersionToWrite")),
            Map.entry(
                    "one write is outstanding at a time and takes along all that came meanwhile, so there is nothing to tune",
                    List.of(
                            "journalFlushWhenQueueEmpty",
                            "journalRemoveFromPageCache",
                            "journalAdaptiveGroupWrites",
                            "journalMaxGroupWaitMSec",
                            "journalBufferedEntriesThreshold",
                            "journalBufferedWritesThreshold",
                            "journalMaxGroupedEntriesToCommit",
                            "journalPreAllocSizeMB",
                            "journalWriteBufferSizeKB",
                            "journalQueueSize",
                            "journalMaxMemorySizeMb",
                            "journalAlignmentSize",
                            "journalFormatVersionToWrite",
                            "journalReuseFiles",
                            "journalWriteData",
                            "journalChannelProvider",
                            "journalPageCacheFlushIntervalMSec",
                            "busyWaitEnabled")),
            Map.entry("journal files are recycled once their entries are in entry logs", List.of("journalMaxBackups")),
            Map.entry("the journal is always synced", List.of("journalSyncData")),
            Map.entry(
                    "work is done on the event loops, without pools and queues between",
                    List.of(
                            "numAddWorkerThreads",
                            "numJournalCallbackThreads",
                            "numLongPollWorkerThreads",
                            "numHighPriorityWorkerThreads",
                            "maxPendingAddRequestsPerThread",
                            "maxAddsInProgressLimit",
                            "maxReadsInProgressLimit",
                            "waitTimeoutOnResponseBackpressureMs",
                            "closeChannelOnResponseTimeout",
                            "readWorkerThreadsThrottlingEnabled",
                            "serverNumAcceptorThreads",
                            "orderedSchedulerMaxPending")),
            Map.entry(
                    "a constant here",
                    List.of(
                            "serverTcpNoDelay",
                            "serverSockKeepalive",
                            "serverTcpLinger",
                            "serverWriteBufferLowWaterMark",
                            "serverWriteBufferHighWaterMark",
                            "byteBufAllocatorSizeInitial",
                            "byteBufAllocatorSizeMin",
                            "byteBufAllocatorSizeMax",
                            "requestTimerTickDurationMs",
                            "requestTimerNumTicks",
                            "zkRetryBackoffStartMs",
                            "zkRetryBackoffMaxMs",
                            "zkRequestRateLimit")),
            Map.entry(
                    "this release takes no space back: entry logs of deleted ledgers stay",
                    List.of(
                            "gcInitialWaitTime",
                            "gcOverreplicatedLedgerWaitTime",
                            "minorCompactionInterval",
                            "minorCompactionThreshold",
                            "majorCompactionInterval",
                            "compactionRate",
                            "compactionRateByEntries",
                            "compactionRateByBytes",
                            "compactionMaxOutstandingRequests",
                            "isThrottleByBytes",
                            "isForceGCAllowWhenNoSpace",
                            "useTransactionalCompaction",
                            "verifyMetadataOnGC",
                            "minUsableSizeForEntryLogCreation",
                            "minUsableSizeForIndexFileCreation",
                            "minUsableSizeForHighPriorityWrites",
                            "diskUsageWarnThreshold",
                            "diskUsageLwmThreshold")),
            Map.entry(
                    "the layout is what the cluster's metadata says",
                    List.of("ledgerManagerType", "ledgerManagerFactoryClass", "allowShadedLedgerManagerFactoryClass")),
            Map.entry(
                    "metrics are always on the stats port, as JSON and for Prometheus",
                    List.of(
                            "statsProviderClass",
                            "limitStatsLogging",
                            "prometheusStatsHttpEnable",
                            "httpServerEnabled",
                            "httpServerPort",
                            "httpServerHost",
                            "httpServerClass")),
            Map.entry(
                    "the mode is that of the last start and of the disks",
                    List.of("persistBookieStatusEnabled", "forceReadOnlyBookie")),
            Map.entry(
                    "this release has no rereplicator: copies that were lost are not made again by themselves",
                    List.of(
                            "auditorPeriodicCheckInterval",
                            "auditorPeriodicBookieCheckInterval",
                            "auditorLedgerVerificationPercentage",
                            "lostBookieRecoveryDelay",
                            "openLedgerRereplicationGracePeriod",
                            "rereplicationEntryBatchSize",
                            "rwRereplicateBackoffMs",
                            "autoRecoveryDaemonEnabled",
                            "storeSystemTimeAsLedgerUnderreplicatedMarkTime",
                            "underreplicatedLedgerRecoveryGracePeriod")));

    private UpstreamKeys() {}

    static void ignoreIn(ConfigReader reader) {
        BY_REASON.forEach((reason, keys) -> keys.forEach(key -> reader.ignore(key, reason)));
        reader.ignorePrefix("dbStorage_rocksDB_", "the index has options of its own");
    }
}
