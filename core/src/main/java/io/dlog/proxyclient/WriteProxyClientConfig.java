package io.dlog.proxyclient;

import java.time.Duration;

/**
 * Settings of a write proxy client. Thread: immutable.
 *
 * @param clientId who we are, for people
 * @param requestTimeout for an operation with all its redirects
 * @param attemptTimeout for one proxy's answer
 * @param maxRedirects other attempts an operation may make; -1: as many as fit into {@code requestTimeout}
 * @param redirectBackoffStart wait before asking again when nobody else was named
 * @param redirectBackoffMax longest such wait
 * @param checksum whether requests carry a CRC-32
 * @param streamNameRegex streams whose owners a handshake asks for
 * @param handshakeInterval how often known proxies are asked what they own
 * @param blackout how long a proxy that could not be reached is avoided
 * @param inFlightMax operations not finished; one more fails as OVER_CAPACITY
 * @param cachedOwnersMax streams whose owners are remembered
 */
public record WriteProxyClientConfig(
        String clientId,
        Duration requestTimeout,
        Duration attemptTimeout,
        int maxRedirects,
        Duration redirectBackoffStart,
        Duration redirectBackoffMax,
        boolean checksum,
        String streamNameRegex,
        Duration handshakeInterval,
        Duration blackout,
        int inFlightMax,
        int cachedOwnersMax) {
    /** The defaults. */
    public static WriteProxyClientConfig of(String clientId) {
        return new WriteProxyClientConfig(
                clientId,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                -1,
                Duration.ofMillis(25),
                Duration.ofMillis(100),
                true,
                ".*",
                Duration.ofMinutes(5),
                Duration.ofSeconds(2),
                64 * 1024,
                1_000_000);
    }

    /** Other deadlines. */
    public WriteProxyClientConfig withTimeouts(Duration newRequestTimeout, Duration newAttemptTimeout) {
        return new WriteProxyClientConfig(
                clientId,
                newRequestTimeout,
                newAttemptTimeout,
                maxRedirects,
                redirectBackoffStart,
                redirectBackoffMax,
                checksum,
                streamNameRegex,
                handshakeInterval,
                blackout,
                inFlightMax,
                cachedOwnersMax);
    }

    /** Another number of attempts. */
    public WriteProxyClientConfig withMaxRedirects(int newMaxRedirects) {
        return new WriteProxyClientConfig(
                clientId,
                requestTimeout,
                attemptTimeout,
                newMaxRedirects,
                redirectBackoffStart,
                redirectBackoffMax,
                checksum,
                streamNameRegex,
                handshakeInterval,
                blackout,
                inFlightMax,
                cachedOwnersMax);
    }

    /** With or without checksums. */
    public WriteProxyClientConfig withChecksum(boolean newChecksum) {
        return new WriteProxyClientConfig(
                clientId,
                requestTimeout,
                attemptTimeout,
                maxRedirects,
                redirectBackoffStart,
                redirectBackoffMax,
                newChecksum,
                streamNameRegex,
                handshakeInterval,
                blackout,
                inFlightMax,
                cachedOwnersMax);
    }
}
