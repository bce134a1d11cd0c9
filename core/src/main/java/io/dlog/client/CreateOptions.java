package io.dlog.client;

import io.dlog.ledger.DigestType;
import java.util.Map;

/**
 * How a new ledger is to be kept.
 *
 * @param ensembleSize E, bookies it is striped over
 * @param writeQuorum Qw, copies of each entry
 * @param ackQuorum Qa, copies that must be durable before an add completes
 * @param password secret of writers and fencers, may be empty
 */
public record CreateOptions(
        int ensembleSize,
        int writeQuorum,
        int ackQuorum,
        DigestType digestType,
        byte[] password,
        Map<String, byte[]> customMetadata) {
    public CreateOptions {
        if (ackQuorum < 1 || ackQuorum > writeQuorum || writeQuorum > ensembleSize) {
            throw new IllegalArgumentException("need 1 <= ack quorum <= write quorum <= ensemble size, got " + ackQuorum
                    + "/" + writeQuorum + "/" + ensembleSize);
        }
        customMetadata = Map.copyOf(customMetadata);
    }

    /** Options without custom metadata. */
    public static CreateOptions of(
            int ensembleSize, int writeQuorum, int ackQuorum, DigestType digestType, byte[] password) {
        return new CreateOptions(ensembleSize, writeQuorum, ackQuorum, digestType, password, Map.of());
    }
}
