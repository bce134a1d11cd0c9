package io.dlog.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.concurrent.ThreadScheduler;
import io.dlog.config.DataSize;
import io.dlog.log.DLException;
import io.dlog.log.StatusCode;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecord;
import io.dlog.metrics.Metrics;
import io.dlog.proxy.server.AccessPolicy;
import io.dlog.proxy.testing.FakeNamespace;
import io.dlog.proxyclient.WriteProxyClient;
import io.dlog.proxyclient.WriteProxyClientConfig;
import io.dlog.proxyclient.netty.NettyTransport;
import io.dlog.proxyclient.protocol.ProxyProtocol;
import io.dlog.proxyclient.protocol.ProxyRequest;
import io.dlog.proxyclient.protocol.ProxyResponse;
import io.dlog.proxyclient.protocol.ProxyResponse.BulkWriteResponse;
import io.dlog.proxyclient.protocol.ProxyResponse.ServerInfo;
import io.dlog.proxyclient.protocol.ProxyResponse.ServerStatus;
import io.dlog.proxyclient.protocol.ProxyResponse.WriteResponse;
import io.dlog.proxyclient.protocol.WriteContext;
import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Proxies over sockets with a log library in memory. */
@Timeout(60)
class WriteProxyTest {
    private static final Duration SESSION = Duration.ofMillis(300);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final ThreadScheduler scheduler = new ThreadScheduler("test", 2);
    private final NettyTransport transport = new NettyTransport(1);
    private final FakeNamespace.Logs logs = new FakeNamespace.Logs();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        transport.close();
        scheduler.close();
    }

    private static WriteProxyConfig config(WriteProxyConfig.Transport transport) {
        return new WriteProxyConfig(
                "127.0.0.1",
                0,
                3,
                2,
                transport,
                Duration.ZERO,
                Duration.ofSeconds(1),
                Duration.ZERO,
                false,
                3,
                4,
                20,
                DataSize.ofMebibytes(8));
    }

    private WriteProxy proxy(WriteProxyConfig config, AccessPolicy access) throws Exception {
        WriteProxy proxy = WriteProxy.listen(config, scheduler);
        opened.add(proxy);
        proxy.serve(new FakeNamespace(logs, proxy.identity().text()), SESSION, access, Metrics.none());
        return proxy;
    }

    private WriteProxy proxy() throws Exception {
        return proxy(config(WriteProxyConfig.Transport.NETTY), AccessPolicy.ALLOW_ALL);
    }

    private WriteProxyClient client(WriteProxy... proxies) throws Exception {
        String hosts = List.of(proxies).stream()
                .map(proxy -> proxy.identity().address())
                .collect(Collectors.joining(","));
        WriteProxyClient client = WriteProxyClient.builder("inet!" + hosts, "test")
                .transport(transport)
                .scheduler(scheduler)
                .config(WriteProxyClientConfig.of("test").withTimeouts(Duration.ofSeconds(20), Duration.ofSeconds(5)))
                .build();
        opened.add(client);
        return client;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private List<String> payloads(String stream) {
        return logs.records(stream).stream()
                .map(record -> new String(record.getPayload(), StandardCharsets.UTF_8))
                .toList();
    }

    /** One request to one proxy, without a client that would do something about the answer. */
    private ProxyResponse ask(WriteProxy proxy, ProxyRequest request) throws Exception {
        return await(begin(proxy, request));
    }

    private CompletableFuture<ProxyResponse> begin(WriteProxy proxy, ProxyRequest request) {
        ProxyTransport.Channel channel =
                transport.connect("127.0.0.1", proxy.identity().port());
        return channel.call(ProxyProtocol.encodeCall(request, 0), TIMEOUT).thenApply(reply -> {
            channel.close();
            try {
                return ProxyProtocol.decodeReply(request.method(), reply);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private StatusCode statusOf(WriteProxy proxy, ProxyRequest request) throws Exception {
        return status(ask(proxy, request));
    }

    private static StatusCode status(ProxyResponse response) {
        return response instanceof BulkWriteResponse bulk
                ? bulk.header().code()
                : ((WriteResponse) response).header().code();
    }

    private static ProxyRequest write(String stream, String text) {
        return new ProxyRequest.WriteWithContext(stream, bytes(text), WriteContext.NONE);
    }

    @ParameterizedTest
    @EnumSource
    void anAppendedRecordIsInTheLogWhateverTheTransport(WriteProxyConfig.Transport kind) throws Exception {
        WriteProxyClient client = client(proxy(config(kind), AccessPolicy.ALLOW_ALL));

        assertThat(await(client.write("s", bytes("one")))).isEqualTo(new DLSN(1, 0, 0));
        assertThat(await(client.write("s", bytes("two")))).isEqualTo(new DLSN(1, 1, 0));
        List<CompletableFuture<DLSN>> bulk = await(client.writeBulk("s", List.of(bytes("three"), bytes("four"))));
        assertThat(await(bulk.get(1))).isEqualTo(new DLSN(1, 3, 0));
        await(client.writeRecordSet("s", bytes("set")));

        assertThat(payloads("s")).containsExactly("one", "two", "three", "four", "set");
        assertThat(logs.records("s").get(4).isRecordSet()).isTrue();
        assertThat(logs.records("s")).extracting(LogRecord::getTransactionId).isSorted();
    }

    @Test
    void createDeleteTruncateReleaseAndHeartbeatDoWhatTheySay() throws Exception {
        WriteProxy proxy = proxy();
        WriteProxyClient client = client(proxy);

        await(client.create("s"));
        assertThat(logs.exists("s")).isTrue();
        assertThat(codeOf(client.create("s"))).isEqualTo(StatusCode.LOG_EXISTS);
        await(client.check("s"));
        assertThat(logs.owner("s")).isEqualTo(proxy.identity().text());
        await(client.heartbeat("s", true));
        assertThat(await(client.truncate("s", new DLSN(1, 0, 0)))).isTrue();
        assertThat(await(client.getOwner("s"))).contains(proxy.identity());
        await(client.release("s"));
        assertThat(logs.owner("s")).isNull();
        await(client.delete("s"));
        assertThat(logs.exists("s")).isFalse();
        assertThat(codeOf(client.delete("s"))).isEqualTo(StatusCode.LOG_NOT_FOUND);
        assertThat(codeOf(client.getOwner("s"))).isEqualTo(StatusCode.LOG_NOT_FOUND);
        assertThat(logs.exists("s")).isFalse();
    }

    private static StatusCode codeOf(CompletableFuture<?> future) {
        Throwable cause = future.handle((value, failure) -> failure)
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
        if (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        assertThat(cause).isInstanceOf(DLException.class);
        return ((DLException) cause).getCode();
    }

    @Test
    void aStreamOwnedElsewhereIsFollowedToItsOwner() throws Exception {
        WriteProxy first = proxy();
        WriteProxy second = proxy();
        await(client(first).write("s", bytes("one")));

        WriteResponse answer = (WriteResponse) ask(second, write("s", "nobody's"));
        assertThat(answer.header().code()).isEqualTo(StatusCode.FOUND);
        assertThat(answer.header().location()).isEqualTo(first.identity().text());

        // This client knows the second proxy alone, and is told of the first.
        await(client(second).write("s", bytes("two")));
        assertThat(payloads("s")).containsExactly("one", "two");
    }

    @Test
    void proxiesOfOneShardIdAreTwoProxies() throws Exception {
        WriteProxy first = proxy();
        WriteProxy second = proxy();
        assertThat(first.identity().shard()).isEqualTo(second.identity().shard());
        WriteProxyClient client = client(first, second);
        assertThat(client.proxies()).hasSize(2);

        for (String stream : List.of("a", "b", "c")) {
            await(client.write(stream, bytes("x")));
        }
        assertThat(logs.owners()).hasSize(3);
    }

    @Test
    void aDeadOwnersStreamsMoveToAnotherProxy() throws Exception {
        WriteProxy first = proxy();
        WriteProxy second = proxy();
        WriteProxyClient client = client(first, second);
        await(client.write("s", bytes("one")));
        boolean firstOwns = first.identity().text().equals(logs.owner("s"));

        (firstOwns ? first : second).close();
        await(client.write("s", bytes("two")));

        assertThat(payloads("s")).containsExactly("one", "two");
        assertThat(logs.owner("s"))
                .isEqualTo((firstOwns ? second : first).identity().text());
    }

    @Test
    void everyRefusalHasItsStatus() throws Exception {
        WriteProxy proxy = proxy(
                config(WriteProxyConfig.Transport.NETTY),
                (method, stream) -> !(method == ProxyRequest.Method.DELETE && stream.equals("kept")));
        logs.with("kept");

        assertThat(statusOf(proxy, write(".reserved", "x"))).isEqualTo(StatusCode.INVALID_STREAM_NAME);
        assertThat(statusOf(proxy, write("", "x"))).isEqualTo(StatusCode.INVALID_STREAM_NAME);
        assertThat(statusOf(proxy, new ProxyRequest.Delete("kept", WriteContext.NONE)))
                .isEqualTo(StatusCode.REQUEST_DENIED);
        WriteContext wrong = new WriteContext(Set.of(), 1L, false);
        assertThat(statusOf(proxy, new ProxyRequest.WriteWithContext("s", bytes("x"), wrong)))
                .isEqualTo(StatusCode.CHECKSUM_FAILED);
        assertThat(statusOf(proxy, new ProxyRequest.Create("s", wrong))).isEqualTo(StatusCode.CHECKSUM_FAILED);
        assertThat(statusOf(proxy, new ProxyRequest.Truncate("s", DLSN.InitialDLSN.serialize(), wrong)))
                .isEqualTo(StatusCode.CHECKSUM_FAILED);
        byte[] tooLong = new byte[LogRecord.MAX_LOGRECORD_SIZE + 1];
        assertThat(statusOf(proxy, new ProxyRequest.WriteWithContext("s", ByteBuffer.wrap(tooLong), WriteContext.NONE)))
                .isEqualTo(StatusCode.TOO_LARGE_RECORD);
        assertThat(logs.exists("s")).isFalse();
    }

    @Test
    void aFailureOfTheLogIsItsStatusAndTheStreamComesBack() throws Exception {
        WriteProxy proxy = proxy();
        assertThat(statusOf(proxy, write("s", "one"))).isEqualTo(StatusCode.SUCCESS);

        for (StatusCode code : List.of(
                StatusCode.BK_TRANSMIT_ERROR,
                StatusCode.LOCKING_EXCEPTION,
                StatusCode.END_OF_STREAM,
                StatusCode.ZOOKEEPER_ERROR,
                StatusCode.UNEXPECTED)) {
            logs.failNextWrite(new DLException(code, "injected"));
            assertThat(statusOf(proxy, write("s", "lost"))).isEqualTo(code);
            assertThat(statusOf(proxy, write("s", code.name()))).isEqualTo(StatusCode.SUCCESS);
        }
        assertThat(payloads("s")).hasSize(6).doesNotContain("lost");
    }

    @Test
    void aBulkWriteTellsEachRecordsOutcome() throws Exception {
        WriteProxy proxy = proxy();
        ProxyRequest bulk =
                new ProxyRequest.WriteBulkWithContext("s", List.of(bytes("a"), bytes("b")), WriteContext.NONE);
        logs.failNextWrite(new DLException(StatusCode.BK_TRANSMIT_ERROR, "injected"));

        BulkWriteResponse response = (BulkWriteResponse) ask(proxy, bulk);
        assertThat(response.header().code()).isEqualTo(StatusCode.SUCCESS);
        assertThat(response.writeResponses())
                .extracting(write -> write.header().code())
                .containsExactly(StatusCode.BK_TRANSMIT_ERROR, StatusCode.SUCCESS);

        logs.failNextWrite(new DLException(StatusCode.LOCKING_EXCEPTION, "injected"));
        assertThat(statusOf(proxy, bulk)).isEqualTo(StatusCode.LOCKING_EXCEPTION);
    }

    @Test
    void operationsWaitWhileAStreamIsAcquiredAndTheQueueHasABound() throws Exception {
        WriteProxy proxy = proxy();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        logs.gateOpens(gate);
        List<CompletableFuture<ProxyResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add(begin(proxy, write("s", "x")));
        }
        CompletableFuture<?>[] all = answers.toArray(CompletableFuture[]::new);
        Object refused = CompletableFuture.anyOf(all).get(30, TimeUnit.SECONDS);
        assertThat(status((ProxyResponse) refused)).isEqualTo(StatusCode.OVER_CAPACITY);

        gate.complete(null);
        int succeeded = 0;
        for (CompletableFuture<ProxyResponse> answer : answers) {
            succeeded += status(await(answer)) == StatusCode.SUCCESS ? 1 : 0;
        }
        assertThat(succeeded).isEqualTo(4);
    }

    @Test
    void tooManyRequestsInFlightAreOverCapacity() throws Exception {
        WriteProxy proxy = proxy();
        assertThat(statusOf(proxy, write("s", "one"))).isEqualTo(StatusCode.SUCCESS);
        logs.hold("s");
        List<CompletableFuture<ProxyResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            answers.add(begin(proxy, write("s", "x")));
        }
        Object refused = CompletableFuture.anyOf(answers.toArray(CompletableFuture[]::new))
                .get(30, TimeUnit.SECONDS);
        assertThat(status((ProxyResponse) refused)).isEqualTo(StatusCode.OVER_CAPACITY);
        while (logs.heldCount() < 20) {
            Thread.onSpinWait();
        }
        logs.letGo();
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        assertThat(statusOf(proxy, write("s", "again"))).isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void requestsBeforeTheProxyServesWaitAndOneTooManyIsRefused() throws Exception {
        WriteProxy proxy = WriteProxy.listen(config(WriteProxyConfig.Transport.NETTY), scheduler);
        opened.add(proxy);
        List<CompletableFuture<ProxyResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            answers.add(begin(proxy, new ProxyRequest.GetOwner("s", WriteContext.NONE)));
        }
        CompletableFuture<?>[] all = answers.toArray(CompletableFuture[]::new);
        Object refused = CompletableFuture.anyOf(all).get(30, TimeUnit.SECONDS);
        assertThat(status((ProxyResponse) refused)).isEqualTo(StatusCode.SERVICE_UNAVAILABLE);
        assertThat(answers.stream().filter(CompletableFuture::isDone)).hasSize(1);

        logs.with("s");
        proxy.serve(new FakeNamespace(logs, proxy.identity().text()), SESSION, AccessPolicy.ALLOW_ALL, Metrics.none());
        CompletableFuture.allOf(all).get(30, TimeUnit.SECONDS);
        assertThat(statusOf(proxy, new ProxyRequest.GetOwner("s", WriteContext.NONE)))
                .isEqualTo(StatusCode.FOUND);
    }

    @Test
    void aProxyThatTakesNoNewStreamsSaysSo() throws Exception {
        WriteProxy proxy = proxy();
        WriteProxyClient client = client(proxy);
        Endpoint host = new Endpoint("127.0.0.1", proxy.identity().port());
        await(client.write("mine", bytes("x")));

        await(client.setAcceptNewStream(host, false));
        ServerInfo info = await(client.handshake(host));
        assertThat(info.serverStatus()).isEqualTo(ServerStatus.WRITE_ONLY);
        assertThat(info.ownerships()).containsEntry("mine", proxy.identity().text());
        assertThat(statusOf(proxy, write("new", "x"))).isEqualTo(StatusCode.STREAM_UNAVAILABLE);
        assertThat(statusOf(proxy, write("mine", "x"))).isEqualTo(StatusCode.SUCCESS);

        await(client.setAcceptNewStream(host, true));
        assertThat(statusOf(proxy, write("new", "x"))).isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void streamsOverTheBoundAreNotTaken() throws Exception {
        WriteProxy proxy = proxy();
        for (String stream : List.of("a", "b", "c")) {
            assertThat(statusOf(proxy, write(stream, "x"))).isEqualTo(StatusCode.SUCCESS);
        }
        assertThat(statusOf(proxy, write("d", "x"))).isEqualTo(StatusCode.STREAM_UNAVAILABLE);
    }

    @Test
    void aStoppedProxyHasGivenItsStreamsBackAndAnsweredEverybody() throws Exception {
        WriteProxy proxy = proxy();
        assertThat(statusOf(proxy, write("s", "one"))).isEqualTo(StatusCode.SUCCESS);
        logs.hold("s");
        CompletableFuture<ProxyResponse> inFlight = begin(proxy, write("s", "two"));
        while (logs.heldCount() < 1) {
            Thread.onSpinWait();
        }

        proxy.close();

        assertThat(logs.owner("s")).isNull();
        assertThat(status(await(inFlight))).isEqualTo(StatusCode.STREAM_UNAVAILABLE);
        assertThatThrownBy(() -> ask(proxy, write("s", "three"))).isInstanceOf(Exception.class);
    }

    @Test
    void aClientWithoutProxiesFailsAtItsDeadline() throws Exception {
        WriteProxy proxy = proxy();
        proxy.close();
        WriteProxyClient client = WriteProxyClient.builder(
                        "inet!" + proxy.identity().address(), "test")
                .transport(transport)
                .scheduler(scheduler)
                .config(WriteProxyClientConfig.of("test").withTimeouts(Duration.ofMillis(500), Duration.ofMillis(200)))
                .build();
        opened.add(client);

        assertThat(codeOf(client.write("s", bytes("x")))).isEqualTo(StatusCode.SERVICE_UNAVAILABLE);
    }
}
