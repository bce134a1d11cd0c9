package io.dlog.proxy.stream;

import java.time.Duration;

/**
 * Settings of streams. Thread: immutable.
 *
 * @param clientId who we are, as our locks say
 * @param ownershipWait how long we believe that somebody else owns a stream; three fifths of a ZooKeeper session
 * @param errorWait how long we wait after a failure before we acquire the stream again
 * @param acquireTimeout a writer that takes longer to open is given up: what waits for it fails with STREAM_UNAVAILABLE
 * @param serviceTimeout an operation that takes longer makes its stream start anew; zero: no bound
 * @param closeTimeout a writer that takes longer to close is aborted
 * @param failFastOnStreamNotReady operations on a stream that is being acquired fail with STREAM_NOT_READY
 * @param queuedMax operations that wait while a stream is being acquired; one more fails with OVER_CAPACITY
 * @param streamsMax streams acquired or being acquired; one more fails with STREAM_UNAVAILABLE
 */
public record StreamConfig(
        String clientId,
        Duration ownershipWait,
        Duration errorWait,
        Duration acquireTimeout,
        Duration serviceTimeout,
        Duration closeTimeout,
        boolean failFastOnStreamNotReady,
        int queuedMax,
        int streamsMax) {}
