package io.dlog.proxyclient;

import io.dlog.concurrent.Lane;
import io.dlog.log.DLException;
import io.dlog.log.StatusCode;
import io.dlog.proxyclient.protocol.ProxyIdentity;
import io.dlog.proxyclient.protocol.ProxyRequest;
import io.dlog.proxyclient.protocol.ProxyResponse;
import io.dlog.proxyclient.protocol.ProxyResponse.BulkWriteResponse;
import io.dlog.proxyclient.protocol.ProxyResponse.Fault;
import io.dlog.proxyclient.protocol.ProxyResponse.ResponseHeader;
import io.dlog.proxyclient.protocol.ProxyResponse.WriteResponse;
import io.dlog.proxyclient.transport.ServerSetMember.Endpoint;
import io.dlog.proxyclient.transport.TransportException;
import io.dlog.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One operation on a stream, asked of one proxy after the other until one has the answer, by {@link RetryPolicy}, within
 * the deadline.
 *
 * <p>An attempt that ends without an answer may still have been carried out; asking again then writes a record twice. That
 * is the write proxy's promise: at least once.
 *
 * <p>Thread: its steps follow one another; no two run at once. {@link #close} may come from anywhere, since it touches the
 * result alone.
 */
final class RedirectingCall {
    private final String stream;
    private final Function<Set<String>, ProxyRequest> request;
    private final CompletableFuture<ProxyResponse> result = new CompletableFuture<>();
    private final Set<String> triedHosts = new LinkedHashSet<>();
    private final Environment environment;
    private final long deadlineNanos;
    private int redirects;
    private int waits;
    private @Nullable Endpoint asked;
    private @Nullable Endpoint next;

    /** What all calls of a client share. Thread: safe. */
    record Environment(
            WriteProxyClientConfig config,
            Routing routing,
            OwnershipCache owners,
            ProxyHosts hosts,
            Lane lane,
            Clock clock) {}

    /**
     * @param stream the stream, which chooses the proxy
     * @param request made anew for each attempt, with the hosts tried before
     */
    RedirectingCall(Environment environment, String stream, Function<Set<String>, ProxyRequest> request) {
        this.environment = environment;
        this.stream = stream;
        this.request = request;
        this.deadlineNanos = environment.clock().nanoTime()
                + environment.config().requestTimeout().toNanos();
    }

    /** Starts. Completes with an answer whose status is SUCCESS or, for getOwner, FOUND; else fails with DLException. */
    CompletableFuture<ProxyResponse> start() {
        attempt();
        return result;
    }

    /** Ends the call, unless it has ended: its client closes, and an attempt made after that would never be carried out. */
    void close() {
        result.completeExceptionally(new DLException(StatusCode.CLIENT_CLOSED, stream + ": client is closed"));
    }

    private void attempt() {
        if (result.isDone()) {
            return;
        }
        long leftNanos = deadlineNanos - environment.clock().nanoTime();
        if (leftNanos <= 0) {
            fail(StatusCode.SERVICE_UNAVAILABLE, "no answer within the deadline", null);
            return;
        }
        Optional<Endpoint> host = chooseHost();
        if (host.isEmpty()) {
            again(null, StatusCode.SERVICE_UNAVAILABLE, "no write proxy is known", null);
            return;
        }
        Endpoint target = host.get();
        asked = target;
        Duration attemptTimeout = environment.config().attemptTimeout();
        Duration timeout = leftNanos < attemptTimeout.toNanos() ? Duration.ofNanos(leftNanos) : attemptTimeout;
        ProxyRequest message = request.apply(triedHosts);
        triedHosts.add(target.text());
        var unused = environment.hosts().call(target, message, timeout).handle((response, failure) -> {
            if (response != null) {
                answered(target, message, response);
            } else {
                unanswered(target, failure);
            }
            return null;
        });
    }

    private Optional<Endpoint> chooseHost() {
        Endpoint named = next;
        next = null;
        if (named != null) {
            return Optional.of(named);
        }
        Optional<Endpoint> owner = environment.owners().owner(stream);
        if (owner.isPresent() && !environment.hosts().isAvoided(owner.get())) {
            return owner;
        }
        Set<Endpoint> avoid = environment.hosts().avoided();
        Endpoint last = asked;
        if (last != null) {
            avoid = new HashSet<>(avoid);
            avoid.add(last);
        }
        return environment.routing().choose(stream, avoid);
    }

    private void answered(Endpoint host, ProxyRequest message, ProxyResponse response) {
        environment.hosts().answered(host);
        if (response instanceof Fault fault) {
            StatusCode code = fault.type() == Fault.UNKNOWN_METHOD
                    ? StatusCode.NOT_IMPLEMENTED
                    : StatusCode.INTERNAL_SERVER_ERROR;
            fail(code, fault.message(), null);
            return;
        }
        ResponseHeader header = header(response);
        StatusCode code = header.code();
        if (message.method() == ProxyRequest.Method.GET_OWNER && code == StatusCode.FOUND) {
            result.complete(response);
            return;
        }
        String reason = header.errMsg() == null ? code.name() : header.errMsg();
        switch (RetryPolicy.of(code)) {
            case DONE -> {
                environment.owners().put(stream, host);
                result.complete(response);
            }
            case FAIL -> fail(code, reason, null);
            case FOLLOW_OWNER -> followOwner(host, header);
            case LEAVE_HOST -> {
                environment.hosts().leave(host);
                again(null, code, reason, null);
            }
            case REDIRECT -> again(null, code, reason, null);
            case FORGET_OWNER -> {
                environment.owners().remove(stream, host);
                again(null, code, reason, null);
            }
        }
    }

    private static ResponseHeader header(ProxyResponse response) {
        if (response instanceof WriteResponse write) {
            return write.header();
        }
        if (response instanceof BulkWriteResponse bulk) {
            return bulk.header();
        }
        return ResponseHeader.SUCCESS;
    }

    private void followOwner(Endpoint host, ResponseHeader header) {
        environment.owners().remove(stream, host);
        String location = header.location();
        Endpoint owner = Optional.ofNullable(location)
                .flatMap(ProxyIdentity::parse)
                .map(identity -> new Endpoint(identity.host(), identity.port()))
                .orElse(null);
        if (owner != null && !owner.equals(host)) {
            environment.owners().put(stream, owner);
        }
        again(owner, StatusCode.FOUND, "owned by " + location, null);
    }

    private void unanswered(Endpoint host, @Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        String reason = cause == null ? "no answer" : String.valueOf(cause.getMessage());
        if (cause instanceof TransportException lost && lost.kind() != TransportException.Kind.FAILED) {
            if (lost.kind() == TransportException.Kind.TIMED_OUT) {
                environment.owners().remove(stream, host);
            } else {
                environment.hosts().leave(host);
            }
            again(null, StatusCode.SERVICE_UNAVAILABLE, reason, cause);
        } else {
            fail(StatusCode.INTERNAL_SERVER_ERROR, reason, cause);
        }
    }

    /**
     * Asks again: at once when somebody new was named, else after a wait that grows.
     *
     * @param named whom to ask, if we know
     */
    private void again(@Nullable Endpoint named, StatusCode code, String reason, @Nullable Throwable cause) {
        if (result.isDone()) {
            return;
        }
        WriteProxyClientConfig config = environment.config();
        redirects++;
        if (config.maxRedirects() >= 0 && redirects > config.maxRedirects()) {
            fail(code, reason + " (after " + config.maxRedirects() + " redirects)", cause);
            return;
        }
        boolean isNew = named != null && !triedHosts.contains(named.text());
        long waitNanos = isNew
                ? 0
                : Math.min(
                        config.redirectBackoffStart().toNanos() << Math.min(waits++, 16),
                        config.redirectBackoffMax().toNanos());
        if (deadlineNanos - environment.clock().nanoTime() <= waitNanos) {
            fail(code, reason, cause);
            return;
        }
        next = named;
        if (waitNanos == 0) {
            environment.lane().execute(this::attempt);
        } else {
            var unused = environment.lane().schedule(this::attempt, Duration.ofNanos(waitNanos));
        }
    }

    private void fail(StatusCode code, String reason, @Nullable Throwable cause) {
        String message = stream + ": " + reason + ", tried " + triedHosts;
        result.completeExceptionally(
                cause == null ? new DLException(code, message) : new DLException(code, message, cause));
    }
}
