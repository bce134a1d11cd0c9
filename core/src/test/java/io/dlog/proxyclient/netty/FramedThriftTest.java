package io.dlog.proxyclient.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.proxyclient.transport.ProxyTransport;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection whose first frame is a Thrift message, without any Mux around it, is taken as such. */
@Timeout(30)
class FramedThriftTest {
    /** A Thrift call begins with the version 0x8001 and the kind of message. */
    private static byte[] call(int number) {
        return new byte[] {(byte) 0x80, 0x01, 0x00, 0x01, (byte) number};
    }

    private static byte[] reply(int number) {
        return new byte[] {(byte) 0x80, 0x01, 0x00, 0x02, (byte) number};
    }

    private static void send(DataOutputStream out, byte[] message) throws Exception {
        out.writeInt(message.length);
        out.write(message);
    }

    private static byte[] receive(DataInputStream in) throws Exception {
        return in.readNBytes(in.readInt());
    }

    @Test
    void callsAreAnsweredInTheirOrderWhateverTheServiceDoes() throws Exception {
        BlockingQueue<CompletableFuture<byte[]>> calls = new LinkedBlockingQueue<>();
        List<byte[]> seen = new ArrayList<>();
        try (NettyTransport transport = new NettyTransport(1)) {
            ProxyTransport.Listener listener = transport.listen(new InetSocketAddress("127.0.0.1", 0), request -> {
                CompletableFuture<byte[]> answer = new CompletableFuture<>();
                seen.add(request);
                calls.add(answer);
                return answer;
            });
            try (Socket socket = new Socket(
                    listener.address().getAddress(), listener.address().getPort())) {
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                DataInputStream in = new DataInputStream(socket.getInputStream());
                send(out, call(1));
                send(out, call(2));
                CompletableFuture<byte[]> first = calls.poll(10, TimeUnit.SECONDS);
                CompletableFuture<byte[]> second = calls.poll(10, TimeUnit.SECONDS);
                if (first == null || second == null) {
                    throw new AssertionError("the calls did not arrive");
                }
                second.complete(reply(2));
                first.complete(reply(1));
                assertThat(receive(in)).isEqualTo(reply(1));
                assertThat(receive(in)).isEqualTo(reply(2));
                assertThat(seen).containsExactly(call(1), call(2));
            }
            listener.close(Duration.ofSeconds(1));
        }
    }
}
