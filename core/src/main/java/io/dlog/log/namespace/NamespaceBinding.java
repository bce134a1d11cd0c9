package io.dlog.log.namespace;

import org.jspecify.annotations.Nullable;

/**
 * Which bookkeeper cluster a namespace writes to; stored in the namespace's node as text. Thread: immutable. Bytes:
 * {@code NamespaceBindingCodec}.
 *
 * @param bkZkServers ZooKeeper of the bookies, for writers
 * @param bkLedgersPath root of the ledgers
 * @param sanityCheckTxnId whether transaction ids are checked
 * @param encodeRegionId whether the writer's region goes into segment metadata
 * @param bkZkServersForReader ZooKeeper of the bookies, for readers
 * @param dlZkServersForWriter ZooKeeper of the namespace, for writers
 * @param dlZkServersForReader ZooKeeper of the namespace, for readers
 * @param aclRootPath where access control entries lie, null when off
 * @param firstLogSegmentSeqNo number of a log's first segment, null: 1
 * @param isFederated whether logs are spread over sub-namespaces, null when the binding does not say
 */
public record NamespaceBinding(
        String bkZkServers,
        String bkLedgersPath,
        boolean sanityCheckTxnId,
        boolean encodeRegionId,
        String bkZkServersForReader,
        String dlZkServersForWriter,
        String dlZkServersForReader,
        @Nullable String aclRootPath,
        @Nullable Long firstLogSegmentSeqNo,
        @Nullable Boolean isFederated) {}
