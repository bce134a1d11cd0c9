package io.dlog.transport;

import io.dlog.protocol.FrameCodec;
import io.dlog.protocol.WireVersion;
import java.time.Duration;

/**
 * How to talk to bookies.
 *
 * <p>Thread: immutable.
 *
 * @param version for requests that both versions can carry; a second connection is made for the others
 * @param ioThreads event loops shared by all connections
 * @param frameBytesMax longest frame in either direction; a longer answer closes the connection
 * @param connectTimeout for finding the bookie's address and connecting to it
 * @param backoffMin pause after a failed attempt to connect; doubles with each further one
 * @param backoffMax longest such pause
 * @param inFlightMax requests of one connection that may wait for their answers; more are refused with
 *     {@link ConnectionFailure#TOO_MANY_IN_FLIGHT}
 * @param limits what else has a bound
 */
public record TransportConfig(
        WireVersion version,
        int ioThreads,
        int frameBytesMax,
        Duration connectTimeout,
        Duration backoffMin,
        Duration backoffMax,
        int inFlightMax,
        Limits limits) {
    /**
     * Bounds nobody needs to change but tests.
     *
     * @param sweepInterval how often requests without an answer are looked for: how late a timeout may be
     * @param writeLowBytes a connection takes more once less than this waits to be sent
     * @param writeHighBytes a connection is not writable while more than this waits to be sent
     */
    public record Limits(Duration sweepInterval, int writeLowBytes, int writeHighBytes) {
        /** Apache's water marks; a tenth of the shortest sensible timeout. */
        public static final Limits DEFAULT = new Limits(Duration.ofMillis(100), 384 * 1024, 512 * 1024);
    }

    public TransportConfig {
        if (ioThreads < 1 || inFlightMax < 1 || frameBytesMax < 1) {
            throw new IllegalArgumentException("ioThreads=" + ioThreads + " inFlightMax=" + inFlightMax
                    + " frameBytesMax=" + frameBytesMax + ", each must be at least 1");
        }
        if (backoffMin.isNegative() || backoffMin.isZero() || backoffMax.compareTo(backoffMin) < 0) {
            throw new IllegalArgumentException("backoffMin=" + backoffMin + " backoffMax=" + backoffMax);
        }
    }

    /** What suits most: v3, two event loops, Apache's frame limit and connect timeout. */
    public static TransportConfig defaults() {
        return new TransportConfig(
                WireVersion.V3,
                2,
                FrameCodec.FRAME_BYTES_MAX_DEFAULT,
                Duration.ofSeconds(10),
                Duration.ofMillis(50),
                Duration.ofSeconds(5),
                20_000,
                Limits.DEFAULT);
    }

    /** The same in another version. */
    public TransportConfig withVersion(WireVersion other) {
        return new TransportConfig(
                other, ioThreads, frameBytesMax, connectTimeout, backoffMin, backoffMax, inFlightMax, limits);
    }
}
