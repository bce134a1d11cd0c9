package io.dlog.proxyclient;

import io.dlog.log.DLException;
import io.dlog.log.StatusCode;
import io.dlog.proxyclient.protocol.MalformedMessageException;
import io.dlog.proxyclient.protocol.ProxyIdentity;
import io.dlog.proxyclient.protocol.ProxyProtocol;
import io.dlog.proxyclient.protocol.ProxyRequest;
import io.dlog.proxyclient.protocol.ProxyResponse;
import io.dlog.proxyclient.protocol.ProxyResponse.ServerInfo;
import io.dlog.proxyclient.protocol.ProxyResponse.ServerStatus;
import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import io.dlog.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxies that a client talks to: a channel each, shaken hands with when first used, and avoided for a while after it
 * could not be reached.
 *
 * <p>Thread: safe, because it is two concurrent maps and a volatile flag.
 */
final class ProxyHosts {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyHosts.class);

    /** Channels kept at most; a host beyond them is not asked. Redirects can name any host. */
    static final int CHANNELS_MAX = 4096;

    private final ProxyTransport transport;
    private final WriteProxyClientConfig config;
    private final Clock clock;
    private final OwnershipCache owners;
    private final ConcurrentMap<Endpoint, ProxyTransport.Channel> channels = new ConcurrentHashMap<>();
    private final ConcurrentMap<Endpoint, Long> avoidedUntilNanos = new ConcurrentHashMap<>();

    private volatile boolean closed;

    ProxyHosts(ProxyTransport transport, WriteProxyClientConfig config, Clock clock, OwnershipCache owners) {
        this.transport = transport;
        this.config = config;
        this.clock = clock;
        this.owners = owners;
    }

    /** Asks a proxy. */
    CompletableFuture<ProxyResponse> call(Endpoint host, ProxyRequest request, Duration timeout) {
        ProxyTransport.Channel channel = channels.get(host);
        if (channel == null) {
            if (closed) {
                return refused();
            }
            if (channels.size() >= CHANNELS_MAX) {
                return CompletableFuture.failedFuture(new DLException(
                        StatusCode.SERVICE_UNAVAILABLE, "client has channels to " + CHANNELS_MAX + " proxies"));
            }
            ProxyTransport.Channel made = transport.connect(host.host(), host.port());
            ProxyTransport.Channel earlier = channels.putIfAbsent(host, made);
            if (closed) {
                // Whoever closes may not have seen it.
                channels.remove(host, made);
                made.close();
                return refused();
            }
            if (earlier == null) {
                channel = made;
                handshake(host);
            } else {
                made.close();
                channel = earlier;
            }
        }
        return channel.call(ProxyProtocol.encodeCall(request, 0), timeout).thenApply(bytes -> {
            try {
                return ProxyProtocol.decodeReply(request.method(), bytes);
            } catch (MalformedMessageException e) {
                throw new CompletionException(e);
            }
        });
    }

    private static CompletableFuture<ProxyResponse> refused() {
        return CompletableFuture.failedFuture(new DLException(StatusCode.CLIENT_CLOSED, "client is closed"));
    }

    /** Asks a proxy what it owns and remembers it. */
    void handshake(Endpoint host) {
        var unused = call(
                        host,
                        new ProxyRequest.HandshakeWithClientInfo(config.streamNameRegex(), true),
                        config.attemptTimeout())
                .whenComplete((response, failure) -> {
                    if (response instanceof ServerInfo info) {
                        shaken(host, info);
                    } else if (failure != null) {
                        LOG.debug("handshake failed host={}", host.text(), failure);
                    }
                });
    }

    private void shaken(Endpoint host, ServerInfo info) {
        if (info.serverStatus() == ServerStatus.DOWN) {
            leave(host);
            return;
        }
        info.ownerships()
                .forEach((stream, owner) -> ProxyIdentity.parse(owner)
                        .ifPresent(identity -> owners.put(stream, new Endpoint(identity.host(), identity.port()))));
    }

    /** A proxy could not be reached or said good-bye. */
    void leave(Endpoint host) {
        avoidedUntilNanos.put(host, clock.nanoTime() + config.blackout().toNanos());
        owners.removeAll(host);
    }

    /** A proxy answered. */
    void answered(Endpoint host) {
        if (!avoidedUntilNanos.isEmpty()) {
            avoidedUntilNanos.remove(host);
        }
    }

    boolean isAvoided(Endpoint host) {
        Long until = avoidedUntilNanos.get(host);
        return until != null && until - clock.nanoTime() > 0;
    }

    Set<Endpoint> avoided() {
        if (avoidedUntilNanos.isEmpty()) {
            return Set.of();
        }
        long now = clock.nanoTime();
        avoidedUntilNanos.values().removeIf(until -> until - now <= 0);
        return avoidedUntilNanos.keySet().stream().collect(Collectors.toUnmodifiableSet());
    }

    /** Closes the channels to proxies that have left the server set. */
    void retain(Set<Endpoint> hosts) {
        for (Endpoint host : channels.keySet()) {
            if (!hosts.contains(host)) {
                ProxyTransport.Channel channel = channels.remove(host);
                if (channel != null) {
                    channel.close();
                    owners.removeAll(host);
                    LOG.info("proxy left the server set host={}", host.text());
                }
            }
        }
    }

    /** Shakes hands with all again. */
    void handshakeAll() {
        channels.keySet().forEach(this::handshake);
    }

    /** Closes all channels; from now on nobody is asked. */
    void close() {
        closed = true;
        channels.values().forEach(ProxyTransport.Channel::close);
        channels.clear();
    }
}
