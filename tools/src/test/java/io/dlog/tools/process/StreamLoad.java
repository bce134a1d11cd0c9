package io.dlog.tools.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecordWithDLSN;
import io.dlog.proxyclient.WriteProxyClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes to one stream, a few records on their way at once, and remembers what became of each. No record is ever sent twice by
 * it: after a failure it goes on with the next number.
 *
 * <p>Thread: safe, because its state is guarded.
 */
final class StreamLoad {
    /** How often a record may be in the stream. */
    enum Copies {
        /** The client made one attempt a record. */
        AT_MOST_ONE,
        /** The client asked again when an attempt had no answer. */
        ANY
    }

    private static final int WINDOW = 4;
    private static final int PADDING_MAX = 900;
    private static final Executor AFTER_A_FAILURE = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);

    private final WriteProxyClient client;
    private final String stream;
    private final Semaphore acknowledgements;
    private final CompletableFuture<Void> idle = new CompletableFuture<>();

    /** By number: what had been acknowledged when it was sent. */
    @GuardedBy("this")
    private final List<DLSN> sentAfter = new ArrayList<>();

    /** By number: where it is, as far as we were told. */
    @GuardedBy("this")
    private final Map<Integer, DLSN> acknowledged = new HashMap<>();

    @GuardedBy("this")
    private DLSN highest = DLSN.InvalidDLSN;

    @GuardedBy("this")
    private int inFlight;

    @GuardedBy("this")
    private boolean isStopped;

    @GuardedBy("this")
    private int failures;

    @GuardedBy("this")
    private @Nullable Throwable lastFailure;

    /** @param acknowledgements gets a permit for each record acknowledged */
    StreamLoad(WriteProxyClient client, String stream, Semaphore acknowledgements) {
        this.client = client;
        this.stream = stream;
        this.acknowledgements = acknowledgements;
    }

    StreamLoad start() {
        for (int i = 0; i < WINDOW; i++) {
            synchronized (this) {
                inFlight++;
            }
            next();
        }
        return this;
    }

    String stream() {
        return stream;
    }

    private void next() {
        int number;
        synchronized (this) {
            if (isStopped) {
                if (--inFlight == 0) {
                    idle.complete(null);
                }
                return;
            }
            number = sentAfter.size();
            sentAfter.add(highest);
        }
        var unused = client.write(stream, ByteBuffer.wrap(payload(number))).whenCompleteAsync((dlsn, failure) -> {
            if (failure == null) {
                acknowledged(number, dlsn);
                next();
            } else {
                failed(failure);
                AFTER_A_FAILURE.execute(this::next);
            }
        });
    }

    private void acknowledged(int number, DLSN dlsn) {
        synchronized (this) {
            acknowledged.put(number, dlsn);
            if (dlsn.compareTo(highest) > 0) {
                highest = dlsn;
            }
        }
        acknowledgements.release();
    }

    private synchronized void failed(Throwable failure) {
        failures++;
        lastFailure = failure;
    }

    /** Ends the load and waits for what is on its way. */
    void stop() throws Exception {
        synchronized (this) {
            isStopped = true;
        }
        idle.get(60, TimeUnit.SECONDS);
    }

    synchronized int failures() {
        return failures;
    }

    synchronized String summary() {
        return stream + ": sent=" + sentAfter.size() + " acknowledged=" + acknowledged.size() + " failures=" + failures
                + " last=" + lastFailure;
    }

    private byte[] payload(int number) {
        byte[] head = (stream + ":" + number + ":").getBytes(StandardCharsets.UTF_8);
        Random random = new Random(number * 31L + stream.hashCode());
        byte[] padding = new byte[random.nextInt(PADDING_MAX)];
        random.nextBytes(padding);
        byte[] payload = Arrays.copyOf(head, head.length + padding.length);
        System.arraycopy(padding, 0, payload, head.length, padding.length);
        return payload;
    }

    private int numberOf(LogRecordWithDLSN record) {
        String head = new String(record.getPayload(), StandardCharsets.ISO_8859_1);
        assertThat(head).as("record at %s", record.getDlsn()).startsWith(stream + ":");
        int begin = stream.length() + 1;
        return Integer.parseInt(head.substring(begin, head.indexOf(':', begin)));
    }

    /** Everything acknowledged is there, where we were told, in order; nothing else but what we sent. */
    synchronized void verify(List<LogRecordWithDLSN> read, Copies copies) {
        Map<DLSN, Integer> numbers = new HashMap<>();
        Map<Integer, DLSN> positions = new HashMap<>();
        DLSN last = DLSN.InvalidDLSN;
        for (LogRecordWithDLSN record : read) {
            assertThat(record.getDlsn()).as("order of %s", stream).isGreaterThan(last);
            last = record.getDlsn();
            int number = numberOf(record);
            assertThat(number).as("a record that was sent to %s", stream).isBetween(0, sentAfter.size() - 1);
            assertThat(record.getPayload())
                    .as("bytes of record %s of %s", number, stream)
                    .isEqualTo(payload(number));
            numbers.put(last, number);
            DLSN before = positions.put(number, last);
            if (copies == Copies.AT_MOST_ONE) {
                assertThat(before)
                        .as("another copy of record %s of %s", number, stream)
                        .isNull();
            }
        }
        acknowledged.forEach((number, dlsn) -> {
            assertThat(numbers.get(dlsn))
                    .as("record %s of %s, acknowledged at %s", number, stream, dlsn)
                    .isEqualTo(number);
            assertThat(dlsn)
                    .as("record %s of %s was sent when one before it was acknowledged", number, stream)
                    .isGreaterThan(sentAfter.get(number));
        });
    }
}
