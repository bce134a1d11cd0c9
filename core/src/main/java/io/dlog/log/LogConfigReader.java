package io.dlog.log;

import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.config.DataSize;
import io.dlog.log.record.Compression;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Reads the keys of the log library, by their names and by those that older releases gave them.
 *
 * <p>Reads its own keys only, so that a server may read its keys from the same file; whoever opened the
 * {@link ConfigReader} ends with {@link ConfigReader#finish}.
 *
 * <p>Thread: immutable.
 */
public final class LogConfigReader {
    private static final String STORE = "the metadata store of this library needs no such setting";
    private static final String THREADS = "lanes share one pool of threads";
    private static final String ALLOCATION = "ledgers are made when they are needed";
    private static final String READ_AHEAD = "readers prefetch by entries and bytes";
    private static final String FIXED = "only the present behaviour is supported";
    private static final String FAILURE_INJECTION = "failures are injected by the simulator";
    private static final String STATISTICS = "metrics are always on";
    private static final String LATER = "not supported yet";

    private LogConfigReader() {}

    /** The settings; a value that can't be is an error that names key and value. */
    public static LogConfig read(ConfigReader in) throws ConfigException {
        aliases(in);
        ignored(in);
        LogConfig d = LogConfig.defaults();
        int ensemble = in.integer("bkcEnsembleSize", d.ensembleSize(), 1, 1000);
        int writeQuorum = in.integer("bkcWriteQuorumSize", d.writeQuorum(), 1, 1000);
        int ackQuorum = in.integer("bkcAckQuorumSize", d.ackQuorum(), 1, 1000);
        if (ackQuorum > writeQuorum || writeQuorum > ensemble) {
            throw in.wrong(
                    "bkcWriteQuorumSize",
                    String.valueOf(writeQuorum),
                    "between bkcAckQuorumSize=" + ackQuorum + " and bkcEnsembleSize=" + ensemble);
        }
        return d.toBuilder()
                .ensembleSize(ensemble)
                .writeQuorum(writeQuorum)
                .ackQuorum(ackQuorum)
                .ledgerPassword(in.string("digestPw", d.ledgerPassword()))
                .outputBufferBytes(in.integer("writerOutputBufferSize", d.outputBufferBytes(), 0, 1 << 20))
                .periodicFlush(in.duration("periodicFlushFrequencyMilliSeconds", d.periodicFlush(), ChronoUnit.MILLIS))
                .immediateFlush(in.bool("enableImmediateFlush", d.immediateFlush()))
                .compression(in.oneOf("compressionType", Compression.NONE))
                .rollingInterval(in.duration("logSegmentRollingMinutes", d.rollingInterval(), ChronoUnit.MINUTES))
                .maxLogSegmentBytes(
                        in.dataSize("maxLogSegmentBytes", DataSize.ofBytes(d.maxLogSegmentBytes()), DataSize.Unit.BYTES)
                                .bytes())
                .lockTimeout(in.duration("lockTimeoutSeconds", d.lockTimeout(), ChronoUnit.SECONDS))
                .createStreamIfNotExists(in.bool("createStreamIfNotExists", d.createStreamIfNotExists()))
                .sanityCheckTxnId(in.bool("maxIdSanityCheck", d.sanityCheckTxnId()))
                .zkSessionTimeout(seconds(in, "zkSessionTimeoutSeconds", d.zkSessionTimeout()))
                .readTimeout(seconds(in, "bkcReadTimeoutSeconds", d.readTimeout()))
                .writeTimeout(seconds(in, "bkcWriteTimeoutSeconds", d.writeTimeout()))
                .readAheadEntries(in.integer("maxPrefetchEntriesPerLogSegment", d.readAheadEntries(), 1, 10_000))
                .build();
    }

    private static Duration seconds(ConfigReader in, String key, Duration whenAbsent) throws ConfigException {
        return in.duration(key, whenAbsent, ChronoUnit.SECONDS);
    }

    private static void aliases(ConfigReader in) {
        in.alias("ensemble-size", "bkcEnsembleSize");
        in.alias("write-quorum-size", "bkcWriteQuorumSize");
        in.alias("ack-quorum-size", "bkcAckQuorumSize");
        in.alias("output-buffer-size", "writerOutputBufferSize");
        in.alias("rolling-interval", "logSegmentRollingMinutes");
        in.alias("bkcWriteTimeout", "bkcWriteTimeoutSeconds");
        in.alias("bkcReadTimeout", "bkcReadTimeoutSeconds");
    }

    private static void ignored(ConfigReader in) {
        ignore(in, STORE, "zkAclId", "zkRequestRateLimit", "zkNumRetries", "zkRetryStartBackoffMillis");
        ignore(in, STORE, "zkRetryMaxBackoffMillis", "zkcNumRetryThreads", "bkcZKSessionTimeoutSeconds");
        ignore(in, STORE, "bkcZKRequestRateLimit", "bkcZKNumRetries", "bkcZKRetryStartBackoffMillis");
        ignore(in, STORE, "bkcZKRetryMaxBackoffMillis", "numLockStateThreads", "lockReacquireTimeoutSeconds");
        ignore(in, STORE, "lockOpTimeoutSeconds", "metadataLatencyWarnThresholdMs", "dataLatencyWarnThresholdMs");
        ignore(in, STORE, "logSegmentCacheEnabled", "logSegmentCacheMaxSize", "logSegmentCacheTTLMs");
        ignore(in, STORE, "checkLogExistenceBackoffStartMillis", "checkLogExistenceBackoffMaxMillis");
        ignore(in, THREADS, "bkcNumIOThreads", "timerTickDuration", "timerNumTicks", "bkcNumWorkerThreads");
        ignore(in, THREADS, "numWorkerThreads", "numReadAheadWorkerThreads", "numResourceReleaseThreads");
        ignore(in, THREADS, "schedulerShutdownTimeoutMs", "useDaemonThread", "enableTaskExecutionStats");
        ignore(in, THREADS, "taskExecutionWarnTimeMicros");
        ignore(in, ALLOCATION, "enableLedgerAllocatorPool", "ledgerAllocatorPoolPath", "ledgerAllocatorPoolName");
        ignore(in, ALLOCATION, "ledgerAllocatorPoolCoreSize");
        ignore(in, READ_AHEAD, "enableReadAhead", "enableForceRead", "readAheadMaxRecords", "ReadAheadMaxEntries");
        ignore(in, READ_AHEAD, "readAheadBatchSize", "ReadAheadBatchSize", "readAheadWaitTime", "ReadAheadWaitTime");
        ignore(in, READ_AHEAD, "readAheadWaitTimeOnEndOfStream", "ReadAheadWaitTimeOnEndOfStream");
        ignore(in, READ_AHEAD, "readAheadNoSuchLedgerExceptionOnReadLACErrorThresholdMillis");
        ignore(in, READ_AHEAD, "numPrefetchEntriesPerLogSegment", "readLACLongPoll", "readLACLongPollTimeout");
        ignore(in, READ_AHEAD, "firstNumEntriesEachPerLastRecordScan", "maxNumEntriesPerReadLastRecordScan");
        ignore(in, FIXED, "ledgerMetadataLayoutVersion", "ledger-metadata-layout", "logSegmentNameVersion");
        ignore(in, FIXED, "ledgerMetadataSkipMinVersionCheck", "logSegmentSequenceNumberValidationEnabled");
        ignore(in, FIXED, "firstLogsegmentSequenceNumber", "first-logsegment-sequence-number", "enableRecordCounts");
        ignore(in, FIXED, "encodeRegionIDInVersion", "unpartitionedStreamName", "logFlushTimeoutSeconds");
        ignore(in, FIXED, "disableRollingOnLogSegmentError", "isDurableWriteEnabled");
        ignore(in, FIXED, "logSegmentRollingConcurrency", "writeLockEnabled", "deserializeRecordSetOnReads");
        ignore(in, FIXED, "ignoreTruncationStatus", "alertPositionOnTruncated", "positionGapDetectionEnabled");
        ignore(in, FIXED, "readAheadSkipBrokenEntries", "federatedNamespaceEnabled");
        ignore(in, FIXED, "federatedMaxLogsPerSubnamespace", "federatedCheckExistenceWhenCacheMiss");
        ignore(in, FIXED, "bkRowAwareEnsemblePlacement", "row-aware-ensemble-placement");
        ignore(in, FIXED, "bkEnsemblePlacementDnsResolverClass", "dnsResolverOverrides");
        ignore(in, LATER, "logSegmentRetentionHours", "retention-size", "explicitTruncationByApp");
        ignore(in, LATER, "minimumDelayBetweenImmediateFlushMilliSeconds", "periodicKeepAliveMilliSeconds");
        ignore(in, LATER, "perWriterOutstandingWriteLimit", "globalOutstandingWriteLimit");
        ignore(in, LATER, "outstandingWriteLimitDarkmode", "readerIdleWarnThresholdMillis");
        ignore(in, LATER, "readerIdleErrorThresholdMillis", "featureProviderClass");
        ignore(in, LATER, "fileFeatureProviderBaseConfigPath", "fileFeatureProviderOverlayConfigPath");
        ignore(in, LATER, "dynamicConfigReloadIntervalSec", "streamConfigRouterClass");
        ignore(in, STATISTICS, "traceReadAheadDeliveryLatency", "traceReadAheadMetadataChanges");
        ignore(in, STATISTICS, "enablePerStreamStat", "codahaleStatsHttpPort");
        ignore(in, "only write proxies have streams, and read it", "failFastOnStreamNotReady");
        ignore(in, "no release reads it", "encodeDCIDInVersion", "recoverLogSegmentsInBackground");
        ignore(in, "no release reads it", "sanityCheckDelete", "server_mode");
        in.ignorePrefix("ei", FAILURE_INJECTION);
        in.ignorePrefix("bkc.", "the ledger client has settings of its own");
        for (String unit : List.of("bps", "rps")) {
            ignore(in, LATER, unit + "SoftWriteLimit", unit + "HardWriteLimit");
        }
    }

    private static void ignore(ConfigReader in, String reason, String... keys) {
        for (String key : keys) {
            in.ignore(key, reason);
        }
    }
}
