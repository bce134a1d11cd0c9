package io.dlog.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCodecTest {
    @Test
    void cutsFramesHoweverTheBytesArrive() {
        byte[] stream = {0, 0, 0, 1, 7, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 1, 9};
        for (int step = 1; step <= stream.length; step++) {
            EmbeddedChannel channel = new EmbeddedChannel(new FrameCodec(3));
            for (int from = 0; from < stream.length; from += step) {
                channel.writeInbound(Unpooled.copiedBuffer(stream, from, Math.min(step, stream.length - from)));
            }
            frameIs(channel, 7);
            frameIs(channel, 1, 2, 3);
            frameIs(channel, 9);
            assertThat(channel.isOpen()).isTrue();
            assertThat(channel.finish()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 4, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void closesOnALengthThatCannotBeAndReadsNoFurther(int length) {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameCodec(3));
        ByteBuf stream = Unpooled.buffer()
                .writeInt(1)
                .writeByte(7)
                .writeInt(length)
                .writeInt(1)
                .writeByte(8);
        channel.writeInbound(stream);
        frameIs(channel, 7);
        Object more = channel.readInbound();
        assertThat(more).isNull();
        assertThat(channel.isOpen()).isFalse();
        assertThat(stream.refCnt()).isZero();
    }

    @Test
    void needsALimit() {
        assertThatThrownBy(() -> new FrameCodec(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void frameIs(EmbeddedChannel channel, int... bytes) {
        ByteBuf frame = channel.readInbound();
        assertThat(frame.readableBytes()).isEqualTo(bytes.length);
        for (int b : bytes) {
            assertThat(frame.readByte()).isEqualTo((byte) b);
        }
        frame.release();
    }
}
