package io.dlog.proxyclient;

import io.dlog.concurrent.Lane;
import io.dlog.concurrent.Scheduler;
import io.dlog.concurrent.ThreadScheduler;
import io.dlog.log.DLException;
import io.dlog.log.StatusCode;
import io.dlog.log.record.DLSN;
import io.dlog.proxyclient.netty.NettyTransport;
import io.dlog.proxyclient.protocol.ProxyIdentity;
import io.dlog.proxyclient.protocol.ProxyRequest;
import io.dlog.proxyclient.protocol.ProxyResponse;
import io.dlog.proxyclient.protocol.ProxyResponse.BulkWriteResponse;
import io.dlog.proxyclient.protocol.ProxyResponse.ServerInfo;
import io.dlog.proxyclient.protocol.ProxyResponse.WriteResponse;
import io.dlog.proxyclient.protocol.RequestChecksum;
import io.dlog.proxyclient.protocol.WriteContext;
import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.ServerSet;
import io.dlog.proxyclient.transport.ServerSetMember;
import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import io.dlog.proxyclient.zookeeper.ZooKeeperServerSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to streams through write proxies: finds the owner of a stream, follows it when it moves, and asks again when a
 * proxy is gone.
 *
 * <p>A write is stored at least once: when an attempt ends without an answer it is made again, and the first may have been
 * stored. Futures fail with {@link DLException}, whose code says why, and complete on a thread that must not be blocked.
 * Payloads must not change until then.
 *
 * <p>Thread: safe.
 */
public final class WriteProxyClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WriteProxyClient.class);
    private static final Duration ZOOKEEPER_SESSION = Duration.ofSeconds(30);
    private static final Duration ZOOKEEPER_TIMEOUT = Duration.ofSeconds(15);

    private final WriteProxyClientConfig config;
    private final OwnershipCache owners;
    private final ProxyHosts hosts;
    private final Routing routing;
    private final RedirectingCall.Environment environment;
    private final List<AutoCloseable> owned;
    /** Operations without an outcome, which {@link #close} gives them. */
    private final Set<RedirectingCall> live = ConcurrentHashMap.newKeySet();

    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean closed;

    private WriteProxyClient(
            WriteProxyClientConfig config,
            Scheduler scheduler,
            ProxyTransport transport,
            Routing routing,
            @Nullable ServerSet serverSet,
            List<AutoCloseable> owned)
            throws IOException {
        this.config = config;
        this.routing = routing;
        this.owned = owned;
        this.owners = new OwnershipCache(config.cachedOwnersMax());
        this.hosts = new ProxyHosts(transport, config, scheduler.clock(), owners);
        Lane lane = scheduler.lane(0);
        this.environment = new RedirectingCall.Environment(config, routing, owners, hosts, lane, scheduler.clock());
        if (serverSet != null && routing instanceof ConsistentHashRouting ring) {
            serverSet.watch(members -> follow(ring, members));
        }
        scheduleHandshake(lane);
    }

    private void follow(ConsistentHashRouting ring, Set<ServerSetMember> members) {
        if (members.isEmpty() && !ring.hosts().isEmpty()) {
            // Nobody left, or nobody we can see: those we know may still be there.
            return;
        }
        ring.update(members);
        hosts.retain(members.stream().map(ServerSetMember::thrift).collect(Collectors.toSet()));
    }

    private void scheduleHandshake(Lane lane) {
        var unused = lane.schedule(
                () -> {
                    if (!closed) {
                        hosts.handshakeAll();
                        scheduleHandshake(lane);
                    }
                },
                config.handshakeInterval());
    }

    /** Begins a client of the proxies under a name; {@link ProxyName}. */
    public static Builder builder(String name, String clientId) {
        return new Builder(ProxyName.parse(name), clientId);
    }

    /** Collects what a client is made of. Thread: owned by its caller. */
    public static final class Builder {
        private final ProxyName name;
        private WriteProxyClientConfig config;
        private @Nullable ProxyTransport transport;
        private @Nullable Scheduler scheduler;

        private Builder(ProxyName name, String clientId) {
            this.name = name;
            this.config = WriteProxyClientConfig.of(clientId);
        }

        /** Other settings. */
        public Builder config(WriteProxyClientConfig newConfig) {
            this.config = newConfig;
            return this;
        }

        /** Another transport, which stays the caller's; the default is one thread of Netty. */
        public Builder transport(ProxyTransport newTransport) {
            this.transport = newTransport;
            return this;
        }

        /** Another scheduler, which stays the caller's; the default is one thread. */
        public Builder scheduler(Scheduler newScheduler) {
            this.scheduler = newScheduler;
            return this;
        }

        /** Makes the client; an {@link IOException} when a {@code zk!} name's ZooKeeper is not there. */
        public WriteProxyClient build() throws IOException {
            List<AutoCloseable> owned = new ArrayList<>();
            try {
                ServerSet serverSet = null;
                ConsistentHashRouting routing = new ConsistentHashRouting();
                if (name instanceof ProxyName.ZooKeeper zk) {
                    serverSet = ZooKeeperServerSet.open(zk.servers(), zk.path(), ZOOKEEPER_SESSION, ZOOKEEPER_TIMEOUT);
                    owned.add(serverSet);
                } else if (name instanceof ProxyName.Hosts fixed) {
                    routing.update(fixed.hosts().stream()
                            .map(host -> new ServerSetMember(host, Map.of(), ServerSetMember.ALIVE, -1))
                            .toList());
                }
                ProxyTransport usedTransport = transport;
                if (usedTransport == null) {
                    usedTransport = new NettyTransport(1);
                    owned.add(usedTransport);
                }
                Scheduler usedScheduler = scheduler;
                if (usedScheduler == null) {
                    usedScheduler = new ThreadScheduler("proxy-client", 1);
                    owned.add(usedScheduler);
                }
                return new WriteProxyClient(config, usedScheduler, usedTransport, routing, serverSet, owned);
            } catch (IOException | RuntimeException e) {
                closeAll(owned);
                throw e;
            }
        }
    }

    /** Appends a record; its position once it is durable. */
    public CompletableFuture<DLSN> write(String stream, ByteBuffer data) {
        return write(stream, data, false);
    }

    /** Appends a record set, whose bytes {@code LogRecordSet} makes; the position of its first record. */
    public CompletableFuture<DLSN> writeRecordSet(String stream, ByteBuffer recordSet) {
        return write(stream, recordSet, true);
    }

    private CompletableFuture<DLSN> write(String stream, ByteBuffer data, boolean isRecordSet) {
        Long crc32 = config.checksum() ? RequestChecksum.ofWrite(stream, data) : null;
        return start(
                        stream,
                        tried -> new ProxyRequest.WriteWithContext(
                                stream, data, new WriteContext(tried, crc32, isRecordSet)))
                .thenApply(response -> position(stream, response));
    }

    /** Appends records in order; one future each, all finished when this returns a future that is. */
    public CompletableFuture<List<CompletableFuture<DLSN>>> writeBulk(String stream, List<ByteBuffer> data) {
        return start(
                        stream,
                        tried -> new ProxyRequest.WriteBulkWithContext(
                                stream, data, new WriteContext(tried, null, false)))
                .thenApply(response -> positions(stream, response));
    }

    /** Gives up what lies before a position. */
    public CompletableFuture<Boolean> truncate(String stream, DLSN dlsn) {
        Long crc32 = config.checksum() ? RequestChecksum.ofTruncate(stream, dlsn) : null;
        return start(
                        stream,
                        tried -> new ProxyRequest.Truncate(
                                stream, dlsn.serialize(), new WriteContext(tried, crc32, false)))
                .thenApply(response -> true);
    }

    /** Creates a stream; fails with LOG_EXISTS. */
    public CompletableFuture<Void> create(String stream) {
        return start(stream, tried -> new ProxyRequest.Create(stream, streamContext(stream, tried)))
                .thenAccept(response -> {});
    }

    /** Deletes a stream and what it holds; fails with LOG_NOT_FOUND. */
    public CompletableFuture<Void> delete(String stream) {
        return start(stream, tried -> new ProxyRequest.Delete(stream, streamContext(stream, tried)))
                .thenAccept(response -> {
                    Endpoint owner = owners.owner(stream).orElse(null);
                    if (owner != null) {
                        owners.remove(stream, owner);
                    }
                });
    }

    /** Makes the owner give a stream up. */
    public CompletableFuture<Void> release(String stream) {
        return start(stream, tried -> new ProxyRequest.Release(stream, streamContext(stream, tried)))
                .thenAccept(response -> {});
    }

    /** Makes a proxy take the stream if nobody has it. */
    public CompletableFuture<Void> check(String stream) {
        return heartbeat(stream, false);
    }

    /** The same; with a control record in the stream when {@code sendToReader}. */
    public CompletableFuture<Void> heartbeat(String stream, boolean sendToReader) {
        return start(
                        stream,
                        tried -> new ProxyRequest.HeartbeatWithOptions(
                                stream, streamContext(stream, tried), sendToReader))
                .thenAccept(response -> {});
    }

    /** Who owns a stream; empty when the proxy can't say. */
    public CompletableFuture<Optional<ProxyIdentity>> getOwner(String stream) {
        return start(stream, tried -> new ProxyRequest.GetOwner(stream, streamContext(stream, tried)))
                .thenApply(response -> response instanceof WriteResponse write
                        ? Optional.ofNullable(write.header().location()).flatMap(ProxyIdentity::parse)
                        : Optional.empty());
    }

    /** What one proxy is and owns. */
    public CompletableFuture<ServerInfo> handshake(Endpoint host) {
        return direct(host, new ProxyRequest.HandshakeWithClientInfo(config.streamNameRegex(), true))
                .thenApply(response -> (ServerInfo) response);
    }

    /** Whether one proxy may take streams that it does not own yet. */
    public CompletableFuture<Void> setAcceptNewStream(Endpoint host, boolean enabled) {
        return direct(host, new ProxyRequest.SetAcceptNewStream(enabled)).thenAccept(response -> {});
    }

    private CompletableFuture<ProxyResponse> direct(Endpoint host, ProxyRequest request) {
        if (closed) {
            return closedFuture();
        }
        return hosts.call(host, request, config.attemptTimeout()).handle((response, failure) -> {
            if (response instanceof ProxyResponse.Fault fault) {
                throw new CompletionException(
                        new DLException(StatusCode.INTERNAL_SERVER_ERROR, host.text() + ": " + fault.message()));
            }
            if (response == null) {
                throw new CompletionException(
                        new DLException(StatusCode.SERVICE_UNAVAILABLE, host.text() + " does not answer", failure));
            }
            return response;
        });
    }

    /** The proxies known now. */
    public Set<Endpoint> proxies() {
        return routing.hosts();
    }

    private WriteContext streamContext(String stream, Set<String> tried) {
        return new WriteContext(tried, config.checksum() ? RequestChecksum.ofStream(stream) : null, false);
    }

    private CompletableFuture<ProxyResponse> start(String stream, Function<Set<String>, ProxyRequest> request) {
        if (closed) {
            return closedFuture();
        }
        if (inFlight.incrementAndGet() > config.inFlightMax()) {
            inFlight.decrementAndGet();
            return CompletableFuture.failedFuture(new DLException(
                    StatusCode.OVER_CAPACITY, config.inFlightMax() + " operations are in flight already"));
        }
        RedirectingCall call = new RedirectingCall(environment, stream, request);
        live.add(call);
        if (closed) {
            // Whoever closes may not have seen it.
            call.close();
        }
        return call.start().whenComplete((response, failure) -> {
            live.remove(call);
            inFlight.decrementAndGet();
        });
    }

    private static CompletableFuture<ProxyResponse> closedFuture() {
        return CompletableFuture.failedFuture(new DLException(StatusCode.CLIENT_CLOSED, "client is closed"));
    }

    private static DLSN position(String stream, ProxyResponse response) {
        if (response instanceof WriteResponse write && write.dlsn() != null) {
            try {
                return DLSN.deserialize(write.dlsn());
            } catch (IllegalArgumentException e) {
                throw new CompletionException(
                        new DLException(StatusCode.UNEXPECTED, stream + ": unreadable position " + write.dlsn(), e));
            }
        }
        throw new CompletionException(
                new DLException(StatusCode.UNEXPECTED, stream + ": the answer to a write has no position"));
    }

    private static List<CompletableFuture<DLSN>> positions(String stream, ProxyResponse response) {
        List<CompletableFuture<DLSN>> positions = new ArrayList<>();
        if (response instanceof BulkWriteResponse bulk) {
            for (WriteResponse write : bulk.writeResponses()) {
                StatusCode code = write.header().code();
                positions.add(
                        code == StatusCode.SUCCESS
                                ? CompletableFuture.completedFuture(position(stream, write))
                                : CompletableFuture.failedFuture(new DLException(
                                        code, stream + ": " + write.header().errMsg())));
            }
        }
        return positions;
    }

    /** Ends the client; operations in flight fail with CLIENT_CLOSED, though a write may still be stored. */
    @Override
    public void close() {
        closed = true;
        // Before anything is shut down: a closed scheduler drops their next attempts, and they would never end.
        live.forEach(RedirectingCall::close);
        hosts.close();
        closeAll(owned);
    }

    /** Closes each part; one that can't be closed is logged and does not keep the others open. */
    static void closeAll(List<AutoCloseable> closeables) {
        for (AutoCloseable closeable : closeables) {
            try {
                closeable.close();
            } catch (Exception e) {
                LOG.warn("part of the client could not be closed part={}", closeable, e);
            }
        }
    }
}
