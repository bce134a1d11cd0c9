package io.dlog.proxyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.log.DLException;
import io.dlog.log.StatusCode;
import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.TransportException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No operation outlives its client. */
@Timeout(30)
class WriteProxyClientCloseTest {
    /** Proxies that answer as told, and keep what they were asked when their channel closes. */
    private static final class ToldTransport implements ProxyTransport {
        private final Supplier<CompletableFuture<byte[]>> answers;
        private final CountDownLatch asked = new CountDownLatch(1);

        ToldTransport(Supplier<CompletableFuture<byte[]>> answers) {
            this.answers = answers;
        }

        @Override
        public Listener listen(InetSocketAddress address, Service service) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Channel connect(String host, int port) {
            return new Channel() {
                @Override
                public CompletableFuture<byte[]> call(byte[] request, Duration timeout) {
                    asked.countDown();
                    return answers.get();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }

    /** With a scheduler of its own, which it ends when it is closed. */
    private static WriteProxyClient client(ToldTransport transport) throws IOException {
        WriteProxyClientConfig patient =
                WriteProxyClientConfig.of("test").withTimeouts(Duration.ofMinutes(10), Duration.ofMinutes(5));
        return WriteProxyClient.builder("inet!127.0.0.1:1", "test")
                .config(patient)
                .transport(transport)
                .build();
    }

    private static StatusCode codeOf(CompletableFuture<?> future) {
        Throwable failure = future.handle((value, thrown) -> thrown)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof DLException known) {
            return known.getCode();
        }
        throw new AssertionError("ended without a status", failure);
    }

    @Test
    void anOperationThatWaitsForItsNextAttemptFailsWhenTheClientCloses() throws Exception {
        ToldTransport transport = new ToldTransport(() -> CompletableFuture.failedFuture(
                new TransportException(TransportException.Kind.TIMED_OUT, "nobody there", null)));
        WriteProxyClient client = client(transport);
        CompletableFuture<?> write = client.write("s", ByteBuffer.allocate(1));
        assertThat(transport.asked.await(10, TimeUnit.SECONDS)).isTrue();

        client.close();

        assertThat(codeOf(write)).isEqualTo(StatusCode.CLIENT_CLOSED);
    }

    @Test
    void anOperationWhoseProxyNeverAnswersFailsWhenTheClientCloses() throws Exception {
        ToldTransport transport = new ToldTransport(CompletableFuture::new);
        WriteProxyClient client = client(transport);
        CompletableFuture<?> write = client.write("s", ByteBuffer.allocate(1));
        assertThat(transport.asked.await(10, TimeUnit.SECONDS)).isTrue();

        client.close();

        assertThat(codeOf(write)).isEqualTo(StatusCode.CLIENT_CLOSED);
        assertThat(codeOf(client.write("s", ByteBuffer.allocate(1)))).isEqualTo(StatusCode.CLIENT_CLOSED);
    }

    @Test
    void aPartThatCannotBeClosedLeavesNoOtherOpen() {
        List<String> closed = new ArrayList<>();

        WriteProxyClient.closeAll(List.of(
                () -> {
                    throw new IOException("injected");
                },
                () -> closed.add("second")));

        assertThat(closed).containsExactly("second");
    }
}
