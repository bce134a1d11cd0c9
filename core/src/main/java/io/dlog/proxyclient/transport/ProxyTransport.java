package io.dlog.proxyclient.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The port to write proxies' RPC: Thrift messages as bytes over Mux, which together is ThriftMux. Adapters:
 * {@code io.dlog.proxyclient.netty}, {@code io.dlog.proxyclient.finagle}.
 *
 * <p>Thread: safe.
 */
public interface ProxyTransport extends AutoCloseable {
    /** Largest message in bytes either way; a larger one ends its connection. */
    int MESSAGE_BYTES_MAX = 16 << 20;

    /**
     * Listens on an address and answers requests by {@code service}.
     *
     * @param address where; port 0 takes a free one
     * @throws IOException naming the address when it can't be bound
     */
    Listener listen(InetSocketAddress address, Service service) throws IOException;

    /** A channel to a proxy that connects when first used, and again when the connection was lost. */
    Channel connect(String host, int port);

    /** Ends all listeners and channels. */
    @Override
    void close();

    /** What answers requests. Must not block; its future must complete in the end. Thread: safe. */
    interface Service {
        /** Answers a request; a failed future ends as an error of the transport at the caller. */
        CompletableFuture<byte[]> apply(byte[] request);
    }

    /** An address that is listened on. Thread: safe. */
    interface Listener {
        /** Where, with the real port. */
        InetSocketAddress address();

        /**
         * Takes no more connections, asks clients to go, lets what is being answered end for up to {@code grace}, and cuts
         * what is left. Blocks until then.
         */
        void close(Duration grace);
    }

    /** A way to one proxy. Thread: safe; futures complete on a thread of the transport that must not be blocked. */
    interface Channel {
        /**
         * Sends a request and awaits its answer. Fails with {@link TransportException}.
         *
         * @param timeout for connecting, if need be, and the answer together
         */
        CompletableFuture<byte[]> call(byte[] request, Duration timeout);

        /** Ends the connection; calls in flight fail. */
        void close();
    }
}
