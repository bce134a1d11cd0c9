package io.dlog.bookie.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a client sends, it costs that client its connection and nobody else anything. */
@Timeout(60)
final class FrameFuzzTest {
    private static final String ADD = "00000038020100002aa226ba095b6969a64871977693b14671710d76"
            + "00000000000000070000000000000000ffffffffffffffff0000000000000000";
    private static final String ADDED = "020100000000000000000000000000070000000000000000";
    private static final int CLIENTS = 300;

    @Test
    void survivesGarbageTruncatedAndOversizedFrames() throws Exception {
        Random random = new Random(20261120);
        try (TestServer server = new TestServer();
                RawClient good = server.connect()) {
            assertThat(good.ask(ADD)).isEqualTo(ADDED);
            long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
            for (int i = 0; i < CLIENTS; i++) {
                try (RawClient bad = server.connect()) {
                    byte[] junk = junk(i % 4, random);
                    bad.send(junk);
                    if (i % 4 == 0) {
                        assertThat(bad.receive()).as("client %s", i).isEqualTo(RawClient.CLOSED);
                    }
                }
            }
            assertThat(good.ask(ADD)).isEqualTo(ADDED);
            long after = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
            assertThat(after - before).as("bytes held for bad clients").isLessThan(64 << 20);
        }
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
            // The beginning of a good frame, then silence.
            case 2 -> {
                byte[] whole = java.util.HexFormat.of().parseHex(ADD);
                yield java.util.Arrays.copyOf(whole, 1 + random.nextInt(whole.length - 1));
            }
            // A good frame with some bits turned.
            default -> {
                byte[] turned = java.util.HexFormat.of().parseHex(ADD);
                for (int n = 0; n < 3; n++) {
                    turned[4 + random.nextInt(24)] ^= (byte) (1 << random.nextInt(8));
                }
                yield turned;
            }
        };
    }
}
