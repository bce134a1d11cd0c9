package io.dlog.proxy.limit;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many requests, and how many bytes of them, a proxy has taken and not answered yet. The request that would go over
 * either bound is refused as OVER_CAPACITY.
 *
 * <p>Thread: safe, because it is two atomics.
 */
public final class InFlightLimit {
    private final int requestsMax;
    private final long bytesMax;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    /**
     * @param requestsMax requests at once
     * @param bytesMax their bytes together
     */
    public InFlightLimit(int requestsMax, long bytesMax) {
        this.requestsMax = requestsMax;
        this.bytesMax = bytesMax;
    }

    /** Takes a request in, or refuses it; what was taken in must be {@link #leave left}. */
    public boolean tryEnter(int requestBytes) {
        if (requests.incrementAndGet() > requestsMax) {
            requests.decrementAndGet();
            return false;
        }
        if (bytes.addAndGet(requestBytes) > bytesMax) {
            leave(requestBytes);
            return false;
        }
        return true;
    }

    /** A request that was taken in is answered. */
    public void leave(int requestBytes) {
        requests.decrementAndGet();
        bytes.addAndGet(-requestBytes);
    }

    /** Requests taken in and not answered. */
    public int requests() {
        return requests.get();
    }
}
