package io.dlog.tutorials.basic;

import io.dlog.concurrent.Lane;
import io.dlog.concurrent.ThreadScheduler;
import io.dlog.proxyclient.WriteProxyClient;
import io.dlog.time.SystemClock;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to a stream at a steady rate, through the write proxies, until it is stopped. Arguments: the finagle name
 * of the proxies, the stream, and records a second.
 */
public final class RecordGenerator {
    private static final Duration TICK = Duration.ofMillis(10);

    private final WriteProxyClient client;
    private final String stream;
    private final double rate;
    private final Lane lane;
    private final long startNanos;
    private final AtomicLong written = new AtomicLong();
    private final CountDownLatch failed = new CountDownLatch(1);
    private long sent;

    private RecordGenerator(WriteProxyClient client, String stream, double rate, ThreadScheduler scheduler) {
        this.client = client;
        this.stream = stream;
        this.rate = rate;
        this.lane = scheduler.lane(0);
        this.startNanos = SystemClock.INSTANCE.nanoTime();
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            System.err.println("RecordGenerator <finagle-name> <stream> <rate>");
            System.exit(1);
        }
        try (WriteProxyClient client =
                        WriteProxyClient.builder(args[0], "record-generator").build();
                ThreadScheduler scheduler = new ThreadScheduler("record-generator", 1)) {
            RecordGenerator generator = new RecordGenerator(client, args[1], Double.parseDouble(args[2]), scheduler);
            generator.lane.execute(generator::tick);
            generator.failed.await();
        }
        System.exit(1);
    }

    /** Sends as many records as should have been sent by now. Runs on the lane. */
    private void tick() {
        double seconds = (SystemClock.INSTANCE.nanoTime() - startNanos) / 1e9;
        for (long due = (long) (seconds * rate); sent < due; sent++) {
            String payload = "record-" + SystemClock.INSTANCE.currentTimeMillis();
            var unused = client.write(stream, ByteBuffer.wrap(payload.getBytes(StandardCharsets.UTF_8)))
                    .whenComplete((dlsn, failure) -> report(failure));
        }
        lane.schedule(this::tick, TICK);
    }

    private void report(@Nullable Throwable failure) {
        if (failure != null) {
            System.out.println("Encountered error on writing data");
            System.err.println(failure);
            failed.countDown();
            return;
        }
        long count = written.incrementAndGet();
        if (count % 100 == 0) {
            System.out.println("Write " + count + " records.");
        }
    }
}
