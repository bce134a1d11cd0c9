package io.dlog.proxyclient.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every pair of transports promises, the client's and the server's, be they of one kind or of two. */
public abstract class ProxyTransportContract {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private ProxyTransport server;
    private ProxyTransport client;

    protected abstract ProxyTransport serverTransport();

    protected abstract ProxyTransport clientTransport();

    @BeforeEach
    void open() {
        server = serverTransport();
        client = clientTransport();
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private ProxyTransport.Channel channelTo(ProxyTransport.Listener listener) {
        return client.connect("127.0.0.1", listener.address().getPort());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] await(CompletableFuture<byte[]> reply) throws Exception {
        return reply.get(20, TimeUnit.SECONDS);
    }

    private static TransportException.Kind failureOf(CompletableFuture<byte[]> reply) {
        assertThatThrownBy(() -> await(reply)).isInstanceOf(ExecutionException.class);
        Throwable cause = reply.handle((bytes, failure) -> failure).join();
        assertThat(cause).isInstanceOf(TransportException.class);
        return ((TransportException) cause).kind();
    }

    @Test
    void namesAPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() ->
                            server.listen(new InetSocketAddress("127.0.0.1", port), CompletableFuture::completedFuture))
                    .isInstanceOf(IOException.class)
                    .hasMessage("cannot listen on 127.0.0.1:" + port + "; is the port taken?");
        }
    }

    @Test
    void carriesRequestsAndAnswersBackToTheirCallers() throws Exception {
        ProxyTransport.Listener listener = server.listen(ANY, CompletableFuture::completedFuture);
        ProxyTransport.Channel channel = channelTo(listener);
        List<CompletableFuture<byte[]>> replies = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            replies.add(channel.call(bytes("request " + i), TIMEOUT));
        }

        for (int i = 0; i < 500; i++) {
            assertThat(await(replies.get(i))).isEqualTo(bytes("request " + i));
        }
        channel.close();
        listener.close(Duration.ofSeconds(5));
    }

    @Test
    void carriesLargeMessages() throws Exception {
        ProxyTransport.Listener listener = server.listen(ANY, CompletableFuture::completedFuture);
        byte[] large = new byte[3 << 20];
        large[large.length - 1] = 42;

        assertThat(await(channelTo(listener).call(large, TIMEOUT))).isEqualTo(large);
        listener.close(Duration.ofSeconds(5));
    }

    @Test
    void answersMayComeInAnotherOrder() throws Exception {
        CompletableFuture<byte[]> first = new CompletableFuture<>();
        ProxyTransport.Listener listener =
                server.listen(ANY, request -> request.length == 5 ? first : CompletableFuture.completedFuture(request));
        ProxyTransport.Channel channel = channelTo(listener);
        CompletableFuture<byte[]> slow = channel.call(bytes("first"), TIMEOUT);

        assertThat(await(channel.call(bytes("second"), TIMEOUT))).isEqualTo(bytes("second"));
        assertThat(slow).isNotDone();
        first.complete(bytes("at last"));
        assertThat(await(slow)).isEqualTo(bytes("at last"));
        listener.close(Duration.ofSeconds(5));
    }

    @Test
    void aFailedServiceIsAFailureOfThatCallAlone() throws Exception {
        ProxyTransport.Listener listener = server.listen(
                ANY,
                request -> request.length == 3
                        ? CompletableFuture.failedFuture(new IOException("broken"))
                        : CompletableFuture.completedFuture(request));
        ProxyTransport.Channel channel = channelTo(listener);

        assertThat(failureOf(channel.call(bytes("bad"), TIMEOUT))).isEqualTo(TransportException.Kind.FAILED);
        assertThat(await(channel.call(bytes("good"), TIMEOUT))).isEqualTo(bytes("good"));
        listener.close(Duration.ofSeconds(5));
    }

    @Test
    void noAnswerInTimeIsATimeout() throws Exception {
        CompletableFuture<byte[]> never = new CompletableFuture<>();
        ProxyTransport.Listener listener = server.listen(ANY, request -> never);

        assertThat(failureOf(channelTo(listener).call(bytes("x"), Duration.ofMillis(300))))
                .isEqualTo(TransportException.Kind.TIMED_OUT);
        never.complete(bytes("late"));
        listener.close(Duration.ofSeconds(5));
    }

    @Test
    void nobodyThereMeansNotSent() throws Exception {
        ProxyTransport.Listener listener = server.listen(ANY, CompletableFuture::completedFuture);
        int port = listener.address().getPort();
        listener.close(Duration.ofMillis(100));

        assertThat(failureOf(client.connect("127.0.0.1", port).call(bytes("x"), TIMEOUT)))
                .isEqualTo(TransportException.Kind.NOT_SENT);
    }

    @Test
    void connectsAgainAfterTheServerCameBack() throws Exception {
        ProxyTransport.Listener listener = server.listen(ANY, CompletableFuture::completedFuture);
        InetSocketAddress address = listener.address();
        ProxyTransport.Channel channel = channelTo(listener);
        assertThat(await(channel.call(bytes("one"), TIMEOUT))).isEqualTo(bytes("one"));

        listener.close(Duration.ofSeconds(2));
        ProxyTransport.Listener again = server.listen(address, CompletableFuture::completedFuture);

        byte[] answer = null;
        for (int attempt = 0; attempt < 50 && answer == null; attempt++) {
            answer = channel.call(bytes("two"), TIMEOUT)
                    .exceptionally(failure -> null)
                    .get(20, TimeUnit.SECONDS);
        }
        assertThat(answer).isEqualTo(bytes("two"));
        again.close(Duration.ofSeconds(2));
    }

    @Test
    void closingLetsWhatIsBeingAnsweredEnd() throws Exception {
        CompletableFuture<byte[]> arrived = new CompletableFuture<>();
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        ProxyTransport.Listener listener = server.listen(ANY, request -> {
            arrived.complete(request);
            return answer;
        });
        CompletableFuture<byte[]> reply = channelTo(listener).call(bytes("x"), TIMEOUT);
        await(arrived);

        CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> listener.close(Duration.ofSeconds(10)));
        answer.complete(bytes("done"));

        assertThat(await(reply)).isEqualTo(bytes("done"));
        closing.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aTakenPortIsAnErrorThatNamesIt() throws Exception {
        ProxyTransport.Listener listener = server.listen(ANY, CompletableFuture::completedFuture);

        assertThatThrownBy(() -> server.listen(listener.address(), CompletableFuture::completedFuture))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(String.valueOf(listener.address().getPort()));
        listener.close(Duration.ofMillis(100));
    }
}
