package io.dlog.bookie.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.testing.InMemoryLedgerStorage;
import io.dlog.bookie.testing.StepScheduler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

final class ClientConnectionTest {
    private final InMemoryLedgerStorage storage = new InMemoryLedgerStorage();
    private final EmbeddedChannel channel =
            new EmbeddedServer(storage, new HostedLedgers(storage, 100), new StepScheduler(1)).connect();

    private static ByteBuf add(long entryId) {
        int length = 4 + 20 + 32;
        return Unpooled.buffer()
                .writeInt(length)
                .writeInt(0x02010000)
                .writeZero(20)
                .writeLong(7)
                .writeLong(entryId)
                .writeLong(-1)
                .writeLong(0);
    }

    @Test
    void aBugInAHandlerClosesTheConnectionAndReleasesTheEntry() {
        storage.breakAdds();
        ByteBuf bytes = add(0);
        channel.writeInbound(bytes);
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(bytes.refCnt()).isZero();
    }

    @Test
    void aBugMetByAnAddThatWasHeldBackDoesTheSame() {
        storage.fill();
        ByteBuf bytes = Unpooled.buffer().writeBytes(add(0)).writeBytes(add(1)).writeBytes(add(2));
        channel.writeInbound(bytes);
        assertThat(channel.isOpen()).isTrue();
        assertThat(bytes.refCnt()).isPositive();
        storage.breakAdds();
        storage.drain();
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(bytes.refCnt()).isZero();
    }

    @Test
    void anAddIsReleasedOnce() {
        ByteBuf bytes = add(0);
        channel.writeInbound(bytes);
        channel.runPendingTasks();
        assertThat(bytes.refCnt()).isZero();
        ByteBuf answer = channel.readOutbound();
        assertThat(answer.getInt(8)).isZero();
        answer.release();
        assertThat(channel.isOpen()).isTrue();
    }
}
