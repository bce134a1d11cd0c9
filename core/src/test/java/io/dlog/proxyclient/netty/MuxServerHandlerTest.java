package io.dlog.proxyclient.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A client can't make a proxy remember without bound. */
class MuxServerHandlerTest {
    private static final int HEAD_OF_LENGTH = 4;

    private final Queue<CompletableFuture<byte[]>> calls = new ArrayDeque<>();
    private final EmbeddedChannel connection = new EmbeddedChannel(new MuxServerHandler(request -> {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        calls.add(answer);
        return answer;
    }));

    private void call(int tag) {
        connection.writeInbound(
                MuxFrame.dispatch(connection.alloc(), tag, new byte[1]).skipBytes(HEAD_OF_LENGTH));
    }

    private void writable(boolean isWritable) {
        connection.unsafe().outboundBuffer().setUserDefinedWritability(1, isWritable);
        connection.runPendingTasks();
    }

    private boolean reads() {
        return connection.config().isAutoRead();
    }

    private void answerOne() {
        calls.remove().complete(new byte[1]);
        connection.releaseOutbound();
    }

    @Test
    void nothingIsReadWhileTheClientDoesNotTakeItsAnswers() {
        writable(false);
        assertThat(reads()).isFalse();

        writable(true);
        assertThat(reads()).isTrue();
    }

    @Test
    void answersThatWaitToBeSentKeepReadingOffThoughNoRequestIsInFlight() {
        for (int tag = 1; tag <= MuxServerHandler.IN_FLIGHT_MAX; tag++) {
            call(tag);
        }
        assertThat(reads()).isFalse();

        writable(false);
        while (!calls.isEmpty()) {
            answerOne();
        }
        assertThat(reads()).isFalse();

        writable(true);
        assertThat(reads()).isTrue();
    }

    @Test
    void aFullConnectionReadsAgainWhenHalfIsAnswered() {
        for (int tag = 1; tag <= MuxServerHandler.IN_FLIGHT_MAX; tag++) {
            call(tag);
        }
        writable(false);
        writable(true);
        assertThat(reads()).isFalse();

        for (int i = 0; i < MuxServerHandler.IN_FLIGHT_MAX / 2; i++) {
            answerOne();
        }
        assertThat(reads()).isFalse();
        answerOne();
        assertThat(reads()).isTrue();
    }
}
