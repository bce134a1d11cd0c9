package io.dlog.client;

import io.dlog.protocol.WireVersion;
import java.time.Duration;

/**
 * Timeouts and bounds of the ledger client.
 *
 * <p>Thread: immutable.
 *
 * @param addTimeout a bookie that has not answered an add by then counts as failed and is replaced
 * @param quorumTimeout an add that found no ack quorum by then fails, and its writer with it
 * @param ensembleRetryDelay how often a writer asks again for bookies to replace those that failed while there were none
 * @param readTimeout a bookie that has not answered a read by then counts as failed
 * @param speculativeReadDelay after which a second bookie is asked as well
 * @param longPollTimeout how long one bookie holds one long poll
 * @param longPollSpeculativeDelay after which the next bookie is asked to hold one as well
 * @param suspectTime how long a reader asks a bookie that failed it last instead of first
 * @param metadataTimeout how long to try again while the metadata store doesn't answer
 * @param pendingAddsMax adds of one writer that wait for their quorum; one more fails with {@code TOO_MANY_REQUESTS}
 * @param pendingBytesMax data bytes of those; an add beyond fails the same way, unless it is the only one
 * @param entryBytesMax data bytes of one entry; more fails with {@code INCORRECT_PARAMETER}
 * @param readEntriesMax entries of one read; more fails with {@code INCORRECT_PARAMETER}
 * @param readWindow entries of one read that are asked for at the same time
 * @param wireVersion whether bookies may be asked what only v3 of the protocol has
 */
public record ClientConfig(
        Duration addTimeout,
        Duration quorumTimeout,
        Duration ensembleRetryDelay,
        Duration readTimeout,
        Duration speculativeReadDelay,
        Duration longPollTimeout,
        Duration longPollSpeculativeDelay,
        Duration suspectTime,
        Duration metadataTimeout,
        int pendingAddsMax,
        long pendingBytesMax,
        int entryBytesMax,
        int readEntriesMax,
        int readWindow,
        WireVersion wireVersion) {
    public ClientConfig {
        if (pendingAddsMax < 1 || pendingBytesMax < 1 || entryBytesMax < 0 || readEntriesMax < 1 || readWindow < 1) {
            throw new IllegalArgumentException("bounds must be positive: pendingAddsMax=" + pendingAddsMax
                    + " pendingBytesMax=" + pendingBytesMax + " entryBytesMax=" + entryBytesMax + " readEntriesMax="
                    + readEntriesMax + " readWindow=" + readWindow);
        }
    }

    /** Values that suit one data centre. */
    public static ClientConfig defaults() {
        return new ClientConfig(
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofMillis(500),
                Duration.ofSeconds(5),
                Duration.ofMillis(200),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                20_000,
                64L << 20,
                (5 << 20) - 4096,
                10_000,
                32,
                WireVersion.V3);
    }

    /** The same, speaking another version. */
    public ClientConfig speaking(WireVersion version) {
        return with(addTimeout, readTimeout, pendingAddsMax, pendingBytesMax, version);
    }

    /** The same with other timeouts of adds and reads. */
    public ClientConfig withTimeouts(Duration add, Duration read) {
        return with(add, read, pendingAddsMax, pendingBytesMax, wireVersion);
    }

    /** The same with other bounds on what one writer may have pending. */
    public ClientConfig withPendingMax(int adds, long bytes) {
        return with(addTimeout, readTimeout, adds, bytes, wireVersion);
    }

    private ClientConfig with(Duration add, Duration read, int addsMax, long bytesMax, WireVersion version) {
        return new ClientConfig(
                add,
                quorumTimeout,
                ensembleRetryDelay,
                read,
                speculativeReadDelay,
                longPollTimeout,
                longPollSpeculativeDelay,
                suspectTime,
                metadataTimeout,
                addsMax,
                bytesMax,
                entryBytesMax,
                readEntriesMax,
                readWindow,
                version);
    }
}
