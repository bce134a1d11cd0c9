package io.dlog.proxyclient.finagle;

import com.twitter.finagle.ConnectionFailedException;
import com.twitter.finagle.Failure;
import com.twitter.finagle.FailureFlags;
import com.twitter.finagle.ListeningServer;
import com.twitter.finagle.Mux;
import com.twitter.finagle.NoBrokersAvailableException;
import com.twitter.finagle.ServiceClosedException;
import com.twitter.finagle.WriteException;
import com.twitter.finagle.mux.Request;
import com.twitter.finagle.mux.Requests;
import com.twitter.finagle.mux.Response;
import com.twitter.finagle.mux.Responses;
import com.twitter.finagle.mux.ServerApplicationError;
import com.twitter.finagle.util.DefaultTimer;
import com.twitter.io.Buf;
import com.twitter.util.Await;
import com.twitter.util.Future;
import com.twitter.util.FutureEventListener;
import com.twitter.util.Promise;
import com.twitter.util.TimeoutException;
import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.TransportException;
import io.dlog.proxyclient.transport.TransportException.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finagle Mux. Finagle owns its threads, which all transports of the process share.
 *
 * <p>Finagle collects a frame before anyone can look at its length; a message over {@link #MESSAGE_BYTES_MAX} is refused
 * after that, where the Netty transport refuses it before.
 *
 * <p>Thread: safe.
 */
public final class FinagleTransport implements ProxyTransport {
    private static final Logger LOG = LoggerFactory.getLogger(FinagleTransport.class);

    @Override
    public Listener listen(InetSocketAddress address, Service service) throws IOException {
        try {
            ListeningServer server =
                    ((Mux.Server) Mux.server().withLabel("writeproxy")).serve(address, new ServerService(service));
            return new FinagleListener(server);
        } catch (Exception e) {
            // Scala throws checked exceptions that Java does not see, a taken port among them.
            throw new IOException(
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + "; is the port taken?",
                    e);
        }
    }

    @Override
    public Channel connect(String host, int port) {
        String address = host + ":" + port;
        // One host a channel: there is nobody else to send to, so Finagle must not shun it; the client does that.
        Mux.Client client = Mux.client()
                .withSessionQualifier()
                .noFailFast()
                .withSessionQualifier()
                .noFailureAccrual();
        return new FinagleChannel(address, client.newService("inet!" + address, "writeproxy-client"));
    }

    /** Listeners and channels are closed one by one; Finagle's threads are the process's. */
    @Override
    public void close() {}

    private static byte[] bytes(Buf buffer) {
        byte[] copy = new byte[buffer.length()];
        buffer.write(copy, 0);
        return copy;
    }

    /** What Finagle calls. Thread: safe. */
    private static final class ServerService extends com.twitter.finagle.Service<Request, Response> {
        private final Service service;

        ServerService(Service service) {
            this.service = service;
        }

        @Override
        public Future<Response> apply(Request request) {
            Buf body = request.body();
            if (body.length() > MESSAGE_BYTES_MAX) {
                return Future.exception(new IOException(
                        "message of " + body.length() + " bytes, at most " + MESSAGE_BYTES_MAX + " are taken"));
            }
            Promise<Response> answer = new Promise<>();
            var unused = service.apply(bytes(body)).handle((reply, failure) -> {
                if (reply != null) {
                    answer.setValue(Responses.make(new Buf.ByteArray(reply, 0, reply.length)));
                } else {
                    answer.setException(failure);
                }
                return null;
            });
            return answer;
        }
    }

    /** A bound address. Thread: safe. */
    private record FinagleListener(ListeningServer server) implements Listener {
        @Override
        public InetSocketAddress address() {
            return (InetSocketAddress) server.boundAddress();
        }

        @Override
        public void close(Duration grace) {
            com.twitter.util.Duration wait = com.twitter.util.Duration.fromJava(grace);
            try {
                var unused = Await.result(server.close(wait), wait.plus(com.twitter.util.Duration.fromSeconds(1)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("listener did not close cleanly address={}", server.boundAddress(), e);
            }
        }
    }

    /** A way to one proxy. Thread: safe. */
    private record FinagleChannel(String address, com.twitter.finagle.Service<Request, Response> service)
            implements Channel {
        @Override
        public CompletableFuture<byte[]> call(byte[] request, Duration timeout) {
            CompletableFuture<byte[]> reply = new CompletableFuture<>();
            Future<Response> answer = service.apply(
                    Requests.make(com.twitter.finagle.Path.empty(), new Buf.ByteArray(request, 0, request.length)));
            answer.within(DefaultTimer.getInstance(), com.twitter.util.Duration.fromJava(timeout))
                    .addEventListener(new FutureEventListener<Response>() {
                        @Override
                        public void onSuccess(Response response) {
                            reply.complete(bytes(response.body()));
                        }

                        @Override
                        public void onFailure(Throwable cause) {
                            answer.raise(cause);
                            reply.completeExceptionally(
                                    new TransportException(kind(cause), "call to " + address + " failed", cause));
                        }
                    });
            return reply;
        }

        private static Kind kind(Throwable cause) {
            if (cause instanceof TimeoutException) {
                return Kind.TIMED_OUT;
            }
            if (cause instanceof ServerApplicationError) {
                return Kind.FAILED;
            }
            if (cause instanceof ConnectionFailedException
                    || cause instanceof NoBrokersAvailableException
                    || cause instanceof ServiceClosedException
                    || cause instanceof WriteException) {
                return Kind.NOT_SENT;
            }
            if (cause instanceof FailureFlags<?> flags
                    && (flags.isFlagged(FailureFlags.Rejected()) || flags.isFlagged(FailureFlags.Retryable()))) {
                return Kind.NOT_SENT;
            }
            if (cause instanceof Failure && cause.getCause() != null) {
                return kind(cause.getCause());
            }
            return Kind.LOST;
        }

        @Override
        public void close() {
            service.close();
        }
    }
}
