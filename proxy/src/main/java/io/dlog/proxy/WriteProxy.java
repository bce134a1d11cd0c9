package io.dlog.proxy;

import io.dlog.concurrent.Scheduler;
import io.dlog.log.Namespace;
import io.dlog.metrics.Metrics;
import io.dlog.proxy.limit.InFlightLimit;
import io.dlog.proxy.server.AccessPolicy;
import io.dlog.proxy.server.UntilServing;
import io.dlog.proxy.server.WriteProxyService;
import io.dlog.proxy.stream.StreamConfig;
import io.dlog.proxy.stream.Streams;
import io.dlog.proxyclient.finagle.FinagleTransport;
import io.dlog.proxyclient.netty.NettyTransport;
import io.dlog.proxyclient.protocol.ProxyIdentity;
import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.ServerSet;
import io.dlog.proxyclient.transport.ServerSetMember;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A write proxy in this process. Its identity is {@code 1;<shard>;<host>:<port>} with the port it really listens on.
 *
 * <p>The port is taken before the namespace is opened, since locks carry the identity and the identity the port; until
 * {@link #serve} requests wait. Thread: owned by the thread that starts and stops it.
 */
public final class WriteProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WriteProxy.class);

    /** How long all streams together may take to close. */
    private static final Duration STREAMS_CLOSE_MAX = Duration.ofSeconds(10);

    /**
     * How long opening one stream may take: the time within which a lost session of another owner ends (30 s by default)
     * and as long again for recovery of its last segment. Clients have asked elsewhere long before.
     */
    private static final Duration ACQUIRE_MAX = Duration.ofSeconds(60);

    /** Requests that may wait until {@link #serve}; starting takes seconds, and clients have other proxies to ask. */
    private static final int REQUESTS_BEFORE_SERVING_MAX = 10_000;

    private final WriteProxyConfig config;
    private final Scheduler scheduler;
    private final ProxyTransport transport;
    private final UntilServing service;
    private final ProxyTransport.Listener listener;
    private final ProxyIdentity identity;
    private @Nullable Streams streams;
    private ServerSet.@Nullable Announcement announcement;
    private boolean closed;

    /**
     * Takes the port.
     *
     * @param scheduler stays the caller's
     * @throws IOException naming the port when it is taken
     */
    public static WriteProxy listen(WriteProxyConfig config, Scheduler scheduler) throws IOException {
        ProxyTransport transport =
                switch (config.transport()) {
                    case FINAGLE -> new FinagleTransport();
                    case NETTY -> new NettyTransport(config.threads());
                };
        try {
            return new WriteProxy(config, scheduler, transport);
        } catch (IOException e) {
            transport.close();
            throw new IOException(
                    "port " + config.port() + " on " + config.host() + " can't be used: " + reason(e)
                            + "; stop what listens there or choose another --port",
                    e);
        }
    }

    /** What the system said, below what transports add. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private WriteProxy(WriteProxyConfig config, Scheduler scheduler, ProxyTransport transport) throws IOException {
        this.config = config;
        this.scheduler = scheduler;
        this.transport = transport;
        this.service = new UntilServing(new InFlightLimit(
                Math.min(config.requestsMax(), REQUESTS_BEFORE_SERVING_MAX),
                config.requestBytesMax().bytes()));
        this.listener = transport.listen(new InetSocketAddress(config.host(), config.port()), service);
        this.identity = new ProxyIdentity(
                config.shard(), config.host(), listener.address().getPort());
    }

    /** Who this proxy is; its text is the client id for the namespace. */
    public ProxyIdentity identity() {
        return identity;
    }

    /**
     * Answers requests from now on.
     *
     * @param namespace opened with {@link #identity} as its client id; stays the caller's
     * @param sessionTimeout of the sessions that hold locks
     */
    public void serve(Namespace namespace, Duration sessionTimeout, AccessPolicy access, Metrics metrics) {
        Streams opened = new Streams(
                new StreamConfig(
                        identity.text(),
                        sessionTimeout.multipliedBy(3).dividedBy(5),
                        Duration.ofMillis(100),
                        ACQUIRE_MAX,
                        config.serviceTimeout(),
                        config.closeTimeout(),
                        config.failFastOnStreamNotReady(),
                        config.queuedMax(),
                        config.streamsMax()),
                namespace,
                scheduler);
        streams = opened;
        service.serve(new WriteProxyService(
                opened,
                new InFlightLimit(config.requestsMax(), config.requestBytesMax().bytes()),
                access,
                scheduler.clock(),
                metrics));
        LOG.info("write proxy serves identity={} transport={}", identity.text(), config.transport());
    }

    /** Lets clients find it. */
    public void announce(ServerSet serverSet, int statsPort) throws IOException {
        announcement = serverSet.announce(
                ServerSetMember.ofProxy(identity.host(), identity.port(), statsPort, identity.shard()));
    }

    /** Is found no more, refuses new requests, gives the streams back, and stops; within seconds. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        withdraw();
        service.stop();
        Streams open = streams;
        if (open != null) {
            open.close(STREAMS_CLOSE_MAX);
        }
        Duration grace = config.gracefulShutdown().compareTo(WriteProxyConfig.GRACEFUL_SHUTDOWN_MAX) > 0
                ? WriteProxyConfig.GRACEFUL_SHUTDOWN_MAX
                : config.gracefulShutdown();
        listener.close(grace.isZero() ? Duration.ofMillis(500) : grace);
        transport.close();
        LOG.info("write proxy stopped identity={}", identity.text());
    }

    private void withdraw() {
        ServerSet.Announcement standing = announcement;
        announcement = null;
        if (standing != null) {
            try {
                standing.withdraw();
            } catch (IOException e) {
                LOG.warn("announcement stays until its session ends identity={}", identity.text(), e);
            }
        }
    }
}
