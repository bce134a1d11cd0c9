package io.dlog.transport;

import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.WireVersion;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that wait for their answers.
 *
 * <pre>
 *   version   request            found by
 *   v3        any                request id
 *   v2        add, read, auth    kind, ledger, entry; of equals the one sent first
 *   v2        batch read         kind, request id
 * </pre>
 *
 * <p>A hash table of linked lists over the requests themselves, of fixed size: nothing is allocated per request. It holds
 * at most {@code inFlightMax} requests.
 *
 * <p>Thread: owned by the connection's event loop.
 */
final class InFlightRequests {
    private static final int BUCKETS_MAX = 4096;

    private final WireVersion version;
    private final int inFlightMax;
    private final @Nullable InFlightRequest[] buckets;
    private int count;
    /** No request's deadline is before this. */
    private long earliestDeadlineNanos;

    InFlightRequests(WireVersion version, int inFlightMax) {
        this.version = version;
        this.inFlightMax = inFlightMax;
        this.buckets = new @Nullable InFlightRequest[Math.min(BUCKETS_MAX, ceilingPowerOfTwo(inFlightMax))];
    }

    private static int ceilingPowerOfTwo(int n) {
        return n == 1 ? 1 : Integer.highestOneBit(Math.min(n, BUCKETS_MAX) - 1) << 1;
    }

    /** First half of the key that a request's answer will have. */
    static long keyHigh(WireVersion version, Request request) {
        if (version == WireVersion.V3) {
            return 0;
        }
        return request instanceof Request.Add add
                ? add.ledgerId()
                : request instanceof Request.Read read ? read.ledgerId() : 0;
    }

    /** Second half of the key that a request's answer will have. */
    static long keyLow(WireVersion version, Request request) {
        if (version == WireVersion.V3) {
            return request.requestId();
        }
        return request instanceof Request.Add add
                ? add.entryId()
                : request instanceof Request.Read read
                        ? read.entryId()
                        : request instanceof Request.BatchRead batch ? batch.requestId() : 0;
    }

    int count() {
        return count;
    }

    boolean isFull() {
        return count >= inFlightMax;
    }

    /** Whether three quarters of the room are taken. */
    boolean isNearlyFull() {
        return count > inFlightMax - inFlightMax / 4;
    }

    /** Whether half of the room, at least, is free. */
    boolean isHalfEmpty() {
        return count <= inFlightMax / 2;
    }

    /** Adds a request; there must be room. */
    void add(InFlightRequest request) {
        if (isFull()) {
            throw new AssertionError("in-flight table overfull count=" + count + " max=" + inFlightMax);
        }
        int bucket = bucket(request.keyHigh, request.keyLow);
        InFlightRequest last = buckets[bucket];
        request.next = null;
        if (last == null) {
            buckets[bucket] = request;
        } else {
            while (last.next != null) {
                last = last.next;
            }
            last.next = request;
        }
        if (count == 0 || request.deadlineNanos - earliestDeadlineNanos < 0) {
            earliestDeadlineNanos = request.deadlineNanos;
        }
        count++;
    }

    /** Takes out the request that an answer belongs to; null when it has timed out, or never was. */
    @Nullable
    InFlightRequest remove(Response response) {
        if (version == WireVersion.V3) {
            return remove(null, 0, response.requestId());
        }
        if (response instanceof Response.Added added) {
            return remove(Request.Kind.ADD, added.ledgerId(), added.entryId());
        }
        if (response instanceof Response.Entry read) {
            return remove(Request.Kind.READ, read.ledgerId(), read.entryId());
        }
        if (response instanceof Response.Entries batch) {
            return remove(Request.Kind.BATCH_READ, 0, batch.requestId());
        }
        if (response instanceof Response.Auth) {
            return remove(Request.Kind.AUTH, 0, 0);
        }
        throw new AssertionError("v2 has no such answer: " + response);
    }

    /** Takes out the oldest request with this key; of any kind when {@code kind} is null. */
    private @Nullable InFlightRequest remove(Request.@Nullable Kind kind, long keyHigh, long keyLow) {
        int bucket = bucket(keyHigh, keyLow);
        InFlightRequest previous = null;
        for (InFlightRequest r = buckets[bucket]; r != null; previous = r, r = r.next) {
            if (r.keyLow == keyLow && r.keyHigh == keyHigh && (kind == null || r.kind == kind)) {
                unlink(bucket, previous, r);
                return r;
            }
        }
        return null;
    }

    private void unlink(int bucket, @Nullable InFlightRequest previous, InFlightRequest removed) {
        if (previous == null) {
            buckets[bucket] = removed.next;
        } else {
            previous.next = removed.next;
        }
        removed.next = null;
        count--;
    }

    /** Takes out all requests whose time is over, linked by {@code next}. */
    @Nullable
    InFlightRequest removeExpired(long nowNanos) {
        if (count == 0 || nowNanos - earliestDeadlineNanos < 0) {
            return null;
        }
        InFlightRequest expired = null;
        boolean isFirst = true;
        for (int bucket = 0; bucket < buckets.length; bucket++) {
            InFlightRequest previous = null;
            InFlightRequest r = buckets[bucket];
            while (r != null) {
                InFlightRequest following = r.next;
                if (nowNanos - r.deadlineNanos >= 0) {
                    unlink(bucket, previous, r);
                    r.next = expired;
                    expired = r;
                } else {
                    if (isFirst || r.deadlineNanos - earliestDeadlineNanos < 0) {
                        earliestDeadlineNanos = r.deadlineNanos;
                        isFirst = false;
                    }
                    previous = r;
                }
                r = following;
            }
        }
        return expired;
    }

    /** Takes out all requests, linked by {@code next}. */
    @Nullable
    InFlightRequest removeAll() {
        InFlightRequest all = null;
        for (int bucket = 0; bucket < buckets.length; bucket++) {
            InFlightRequest r = buckets[bucket];
            buckets[bucket] = null;
            while (r != null) {
                InFlightRequest following = r.next;
                r.next = all;
                all = r;
                r = following;
            }
        }
        count = 0;
        return all;
    }

    private int bucket(long keyHigh, long keyLow) {
        // Fibonacci hashing: ids run upwards by one, and the high bits of the product spread them.
        long hash = (keyLow + keyHigh * 31) * 0x9e3779b97f4a7c15L;
        return (int) (hash >>> 40) & buckets.length - 1;
    }
}
