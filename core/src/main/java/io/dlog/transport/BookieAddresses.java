package io.dlog.transport;

import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieEndpoint;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * From a bookie's id to its network address. Host names are resolved anew each time, on a thread of their own: the platform's
 * resolver blocks, and an event loop serves many connections.
 *
 * <p>At most {@value #LOOKUPS_WAITING_MAX} lookups wait for that thread; more fail at once, which counts as a failed attempt
 * to connect.
 *
 * <p>Thread: safe.
 */
final class BookieAddresses implements AutoCloseable {
    private static final int LOOKUPS_WAITING_MAX = 1000;
    private static final long IDLE_SECONDS = 10;

    private final Function<BookieId, CompletableFuture<BookieEndpoint>> endpoints;
    private final ThreadPoolExecutor resolver;

    BookieAddresses(Function<BookieId, CompletableFuture<BookieEndpoint>> endpoints) {
        this.endpoints = endpoints;
        this.resolver = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(LOOKUPS_WAITING_MAX),
                new DefaultThreadFactory("dlog-bookie-names", true));
        resolver.allowCoreThreadTimeOut(true);
    }

    /** Fails when the bookie is not registered, or its host has no address. */
    CompletableFuture<InetSocketAddress> find(BookieId bookie) {
        // Composed from the start, so that a lookup which throws is a failed one.
        return CompletableFuture.completedFuture(bookie).thenCompose(endpoints).thenCompose(this::resolve);
    }

    private CompletableFuture<InetSocketAddress> resolve(BookieEndpoint endpoint) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(endpoint.host());
        CompletableFuture<InetSocketAddress> address = new CompletableFuture<>();
        try {
            if (literal != null) {
                address.complete(new InetSocketAddress(InetAddress.getByAddress(literal), endpoint.port()));
            } else {
                resolver.execute(() -> lookUp(endpoint, address));
            }
        } catch (UnknownHostException | RejectedExecutionException e) {
            address.completeExceptionally(e);
        }
        return address;
    }

    private static void lookUp(BookieEndpoint endpoint, CompletableFuture<InetSocketAddress> address) {
        try {
            address.complete(new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port()));
        } catch (UnknownHostException e) {
            address.completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        resolver.shutdownNow();
    }
}
