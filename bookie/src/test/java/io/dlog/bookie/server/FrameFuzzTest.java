package io.dlog.bookie.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a client sends, it costs that client its connection and nobody else anything. */
@Timeout(60)
final class FrameFuzzTest {
    private static final String ADD = "00000038020100002aa226ba095b6969a64871977693b14671710d76"
            + "00000000000000070000000000000000ffffffffffffffff0000000000000000";
    private static final String ADDED = "020100000000000000000000000000070000000000000000";
    private static final int ROUNDS = 3;
    private static final int CLIENTS = 120;
    private static final int SLOW_CLIENTS = 100;
    private static final int FRAME_BYTES_MAX = 5 << 20;

    /** A begun frame, as much of it as one round of clients would be seen to leave behind. */
    private static final int BEGUN_BYTES = 256 << 10;

    /** Allocators round up and keep some buffers for each of the server's threads. */
    private static final long SLACK_BYTES = 4 << 20;

    @Test
    void survivesGarbageTruncatedAndOversizedFramesInFlatMemory() throws Exception {
        Random random = new Random(20261120);
        try (TestServer server = new TestServer();
                RawClient good = server.connect()) {
            assertThat(good.ask(ADD)).isEqualTo(ADDED);
            long afterFirst = 0;
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < CLIENTS; i++) {
                    try (RawClient bad = server.connect()) {
                        bad.send(junk(i % 5, random));
                        if (i % 5 == 0) {
                            assertThat(bad.receive()).as("client %s", i).isEqualTo(RawClient.CLOSED);
                        }
                    }
                }
                assertThat(good.ask(ADD)).isEqualTo(ADDED);
                awaitConnections(server, 1);
                if (round == 0) {
                    afterFirst = directBytes();
                }
            }
            assertThat(directBytes() - afterFirst)
                    .as("bytes that %s bad clients left", (ROUNDS - 1) * CLIENTS)
                    .isLessThan(SLACK_BYTES);
            assertThat(server.counted("bookie_malformed_frames_total")).isPositive();
        }
    }

    @Test
    void setsNoMemoryAsideForWhatAClientOnlyAnnounces() throws Exception {
        try (TestServer server = new TestServer();
                RawClient good = server.connect()) {
            assertThat(good.ask(ADD)).isEqualTo(ADDED);
            long before = directBytes();
            List<RawClient> slow = new ArrayList<>();
            try {
                for (int i = 0; i < SLOW_CLIENTS; i++) {
                    RawClient client = server.connect();
                    slow.add(client);
                    client.send(begun(FRAME_BYTES_MAX, 100));
                    // Others are served while it dawdles.
                    assertThat(good.ask(ADD)).isEqualTo(ADDED);
                }
                awaitConnections(server, SLOW_CLIENTS + 1);
                assertThat(directBytes() - before)
                        .as("bytes held for %s frames of %s bytes that never come", SLOW_CLIENTS, FRAME_BYTES_MAX)
                        .isLessThan((long) SLOW_CLIENTS * FRAME_BYTES_MAX / 20);
            } finally {
                for (RawClient client : slow) {
                    client.close();
                }
            }
            awaitConnections(server, 1);
            assertThat(good.ask(ADD)).isEqualTo(ADDED);
        }
    }

    @Test
    void closesOnlyTheConnectionThatAnnouncesTooMuch() throws Exception {
        try (TestServer server = new TestServer();
                RawClient good = server.connect();
                RawClient bad = server.connect()) {
            assertThat(bad.ask(ADD)).isEqualTo(ADDED);
            bad.send(begun(FRAME_BYTES_MAX + 1, 0));
            assertThat(bad.receive()).isEqualTo(RawClient.CLOSED);
            assertThat(good.ask(ADD)).isEqualTo(ADDED);
            awaitConnections(server, 1);
        }
    }

    /** What the pools have handed out and not got back. */
    private static long directBytes() {
        return PooledByteBufAllocator.DEFAULT.metric().directArenas().stream()
                .mapToLong(PoolArenaMetric::numActiveBytes)
                .sum();
    }

    /** The test's timeout ends the wait. */
    private static void awaitConnections(TestServer server, int count) {
        while (!server.measured("bookie_connections").equals((double) count)) {
            Thread.onSpinWait();
        }
    }

    /** The length of a frame and the first bytes of it. */
    private static byte[] begun(int length, int bytes) {
        return ByteBuffer.allocate(4 + bytes).putInt(length).array();
    }

    private static byte[] junk(int kind, Random random) {
        return switch (kind) {
            // A length that no frame may have.
            case 0 -> new byte[] {(byte) (random.nextBoolean() ? 0x7f : 0xff), 1, 2, 3, 4};
            // A frame of random bytes.
            case 1 -> {
                byte[] bytes = new byte[4 + 200];
                random.nextBytes(bytes);
                bytes[0] = 0;
                bytes[1] = 0;
                bytes[2] = 0;
                bytes[3] = (byte) 200;
                yield bytes;
            }
            // The beginning of a good frame, then the end.
            case 2 -> {
                byte[] whole = HexFormat.of().parseHex(ADD);
                yield Arrays.copyOf(whole, 1 + random.nextInt(whole.length - 1));
            }
            // A large part of a large frame, then the end.
            case 3 -> begun(FRAME_BYTES_MAX, BEGUN_BYTES);
            // A good frame with some bits turned.
            default -> {
                byte[] turned = HexFormat.of().parseHex(ADD);
                for (int n = 0; n < 3; n++) {
                    turned[4 + random.nextInt(24)] ^= (byte) (1 << random.nextInt(8));
                }
                yield turned;
            }
        };
    }
}
