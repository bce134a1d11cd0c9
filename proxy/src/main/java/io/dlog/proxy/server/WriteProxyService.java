package io.dlog.proxy.server;

import io.dlog.log.DLException;
import io.dlog.log.LogRecordTooLongException;
import io.dlog.log.OwnershipAcquireFailedException;
import io.dlog.log.StatusCode;
import io.dlog.log.record.DLSN;
import io.dlog.log.record.LogRecord;
import io.dlog.metrics.Metrics;
import io.dlog.proxy.limit.InFlightLimit;
import io.dlog.proxy.stream.StreamOp;
import io.dlog.proxy.stream.Streams;
import io.dlog.proxyclient.protocol.MalformedMessageException;
import io.dlog.proxyclient.protocol.ProxyProtocol;
import io.dlog.proxyclient.protocol.ProxyRequest;
import io.dlog.proxyclient.protocol.ProxyRequest.Method;
import io.dlog.proxyclient.protocol.ProxyResponse;
import io.dlog.proxyclient.protocol.ProxyResponse.BulkWriteResponse;
import io.dlog.proxyclient.protocol.ProxyResponse.Done;
import io.dlog.proxyclient.protocol.ProxyResponse.Fault;
import io.dlog.proxyclient.protocol.ProxyResponse.ResponseHeader;
import io.dlog.proxyclient.protocol.ProxyResponse.ServerInfo;
import io.dlog.proxyclient.protocol.ProxyResponse.ServerStatus;
import io.dlog.proxyclient.protocol.ProxyResponse.WriteResponse;
import io.dlog.proxyclient.protocol.RequestChecksum;
import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.time.Clock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service that clients call: reads a request, takes it in or refuses it, gives it to its stream, and writes the answer.
 * Whatever happens a request gets one answer; failures are answers with a status.
 *
 * <p>Thread: safe; runs on the transport's threads and does not block.
 */
public final class WriteProxyService implements ProxyTransport.Service {
    private static final Logger LOG = LoggerFactory.getLogger(WriteProxyService.class);

    /** Longest pattern a handshake may bring; patterns can be slow. */
    static final int REGEX_LENGTH_MAX = 256;

    private final Streams streams;
    private final InFlightLimit inFlight;
    private final AccessPolicy access;
    private final Clock clock;
    private final ProxyMetrics metrics;
    private volatile boolean stopped;

    public WriteProxyService(
            Streams streams, InFlightLimit inFlight, AccessPolicy access, Clock clock, Metrics metrics) {
        this.streams = streams;
        this.inFlight = inFlight;
        this.access = access;
        this.clock = clock;
        this.metrics = new ProxyMetrics(metrics, streams, inFlight);
    }

    /** From now on requests are answered SERVICE_UNAVAILABLE; those taken in go on. */
    public void stop() {
        stopped = true;
    }

    @Override
    public CompletableFuture<byte[]> apply(byte[] bytes) {
        ProxyProtocol.Call call;
        try {
            call = ProxyProtocol.decodeCall(bytes);
        } catch (MalformedMessageException e) {
            metrics.malformed();
            LOG.debug("malformed request", e);
            return CompletableFuture.completedFuture(malformed(e));
        }
        ProxyRequest request = call.request();
        if (request == null) {
            metrics.malformed();
            return CompletableFuture.completedFuture(ProxyProtocol.encodeReply(
                    call.methodName(),
                    call.sequence(),
                    new Fault("Invalid method name: '" + call.methodName() + "'", Fault.UNKNOWN_METHOD)));
        }
        long start = clock.nanoTime();
        return answer(request, bytes.length).handle((response, failure) -> {
            ProxyResponse outcome = response == null ? failed(request.method(), failure) : response;
            metrics.answered(request.method(), status(outcome), clock.nanoTime() - start);
            return ProxyProtocol.encodeReply(call.methodName(), call.sequence(), outcome);
        });
    }

    /** The answer to a request that nobody looks at any further. */
    static byte[] refuse(byte[] bytes, DLException why) {
        ProxyProtocol.Call call;
        try {
            call = ProxyProtocol.decodeCall(bytes);
        } catch (MalformedMessageException e) {
            LOG.debug("malformed request", e);
            return malformed(e);
        }
        ProxyRequest request = call.request();
        ProxyResponse answer;
        if (request instanceof ProxyRequest.OfStream) {
            answer = failed(request.method(), why);
        } else if (request instanceof ProxyRequest.SetAcceptNewStream || request == null) {
            answer = new Fault(String.valueOf(why.getMessage()), Fault.INTERNAL_ERROR);
        } else {
            // A handshake: this proxy is good for nothing at the moment.
            answer = new ServerInfo(Map.of(), ServerStatus.DOWN);
        }
        return ProxyProtocol.encodeReply(call.methodName(), call.sequence(), answer);
    }

    private static byte[] malformed(MalformedMessageException e) {
        return ProxyProtocol.encodeReply("", 0, new Fault(String.valueOf(e.getMessage()), Fault.PROTOCOL_ERROR));
    }

    private CompletableFuture<ProxyResponse> answer(ProxyRequest request, int bytes) {
        if (request instanceof ProxyRequest.Handshake) {
            return CompletableFuture.completedFuture(serverInfo(streams.ownerships()));
        }
        if (request instanceof ProxyRequest.HandshakeWithClientInfo info) {
            return CompletableFuture.completedFuture(serverInfo(ownerships(info)));
        }
        if (request instanceof ProxyRequest.SetAcceptNewStream accept) {
            streams.setAcceptsNewStreams(accept.enabled());
            return CompletableFuture.completedFuture(new Done());
        }
        if (!(request instanceof ProxyRequest.OfStream ofStream)) {
            throw new AssertionError("no such request: " + request.method());
        }
        DLException refusal = refusal(ofStream);
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        if (!inFlight.tryEnter(bytes)) {
            return CompletableFuture.failedFuture(new DLException(
                    StatusCode.OVER_CAPACITY, inFlight.requests() + " requests are in flight at this proxy"));
        }
        return execute(ofStream).whenComplete((response, failure) -> inFlight.leave(bytes));
    }

    /** Why a request is not taken in; null when it is. */
    private @Nullable DLException refusal(ProxyRequest.OfStream request) {
        if (stopped) {
            return new DLException(StatusCode.SERVICE_UNAVAILABLE, "this proxy is stopping");
        }
        String stream = request.stream();
        if (!isValidName(stream)) {
            return new DLException(StatusCode.INVALID_STREAM_NAME, "no stream can be named '" + stream + "'");
        }
        if (!access.allows(request.method(), stream)) {
            return new DLException(
                    StatusCode.REQUEST_DENIED, request.method().wireName() + " is denied on stream " + stream);
        }
        Long crc32 = request.context().crc32();
        if (crc32 != null && !checksumHolds(request, crc32)) {
            return new DLException(StatusCode.CHECKSUM_FAILED, "checksum of the request does not match its bytes");
        }
        return null;
    }

    /** The names that the log library refuses; found here they cost no metadata. */
    private static boolean isValidName(String stream) {
        if (stream.isEmpty() || stream.charAt(0) == '.' || stream.charAt(0) == '<') {
            return false;
        }
        for (int i = 0; i < stream.length(); i++) {
            char c = stream.charAt(i);
            if (c <= 0x1f || (c >= 0x7f && c <= 0x9f) || c == ' ' || c == '<' || c == '>') {
                return false;
            }
        }
        return true;
    }

    private static boolean checksumHolds(ProxyRequest.OfStream request, long crc32) {
        long expected;
        if (request instanceof ProxyRequest.WriteWithContext write) {
            expected = RequestChecksum.ofWrite(write.stream(), write.data());
        } else if (request instanceof ProxyRequest.Truncate truncate) {
            try {
                expected = RequestChecksum.ofTruncate(truncate.stream(), DLSN.deserialize(truncate.dlsn()));
            } catch (IllegalArgumentException e) {
                LOG.debug("truncation to something that is no position", e);
                return false;
            }
        } else if (request instanceof ProxyRequest.WriteBulkWithContext) {
            // Bulk writes carry none by the protocol; whatever stands there says nothing.
            return true;
        } else {
            expected = RequestChecksum.ofStream(request.stream());
        }
        return expected == crc32;
    }

    private CompletableFuture<ProxyResponse> execute(ProxyRequest.OfStream request) {
        String stream = request.stream();
        if (request instanceof ProxyRequest.Write write) {
            return write(stream, write.data(), LogRecord.Kind.SINGLE);
        }
        if (request instanceof ProxyRequest.WriteWithContext write) {
            LogRecord.Kind kind = write.context().isRecordSet() ? LogRecord.Kind.RECORD_SET : LogRecord.Kind.SINGLE;
            return write(stream, write.data(), kind);
        }
        if (request instanceof ProxyRequest.WriteBulkWithContext bulk) {
            return writeBulk(stream, bulk.data());
        }
        if (request instanceof ProxyRequest.Truncate truncate) {
            DLSN dlsn;
            try {
                dlsn = DLSN.deserialize(truncate.dlsn());
            } catch (IllegalArgumentException e) {
                return CompletableFuture.failedFuture(new DLException(
                        StatusCode.INTERNAL_SERVER_ERROR, "not a position: '" + truncate.dlsn() + "'", e));
            }
            StreamOp.Truncate op = new StreamOp.Truncate(dlsn);
            streams.submit(stream, op);
            return op.result().thenApply(done -> success(null));
        }
        if (request instanceof ProxyRequest.GetOwner) {
            // The original answers FOUND even for its own streams; the location is what counts.
            return streams.owner(stream)
                    .thenApply(owner -> new WriteResponse(new ResponseHeader(StatusCode.FOUND, null, owner), null));
        }
        return executeWithoutResult(request);
    }

    private CompletableFuture<ProxyResponse> executeWithoutResult(ProxyRequest.OfStream request) {
        StreamOp op;
        CompletableFuture<Void> result;
        if (request instanceof ProxyRequest.Heartbeat) {
            StreamOp.Heartbeat heartbeat = new StreamOp.Heartbeat(false);
            op = heartbeat;
            result = heartbeat.result();
        } else if (request instanceof ProxyRequest.HeartbeatWithOptions options) {
            StreamOp.Heartbeat heartbeat = new StreamOp.Heartbeat(options.sendHeartBeatToReader());
            op = heartbeat;
            result = heartbeat.result();
        } else if (request instanceof ProxyRequest.Release) {
            StreamOp.Release release = new StreamOp.Release();
            op = release;
            result = release.result();
        } else if (request instanceof ProxyRequest.Create) {
            StreamOp.Create create = new StreamOp.Create();
            op = create;
            result = create.result();
        } else if (request instanceof ProxyRequest.Delete) {
            StreamOp.Delete delete = new StreamOp.Delete();
            op = delete;
            result = delete.result();
        } else {
            throw new AssertionError("no such request: " + request.method());
        }
        streams.submit(request.stream(), op);
        return result.thenApply(done -> success(null));
    }

    private CompletableFuture<ProxyResponse> write(String stream, ByteBuffer data, LogRecord.Kind kind) {
        boolean isRecordSet = kind == LogRecord.Kind.RECORD_SET;
        int bytesMax = isRecordSet ? LogRecord.MAX_LOGRECORDSET_SIZE : LogRecord.MAX_LOGRECORD_SIZE;
        if (data.remaining() > bytesMax) {
            return CompletableFuture.failedFuture(tooLong(stream, data.remaining(), bytesMax));
        }
        metrics.recordBytes(data.remaining());
        CompletableFuture<DLSN> result;
        if (isRecordSet) {
            StreamOp.RecordSetWrite op = new StreamOp.RecordSetWrite(bytes(data));
            streams.submit(stream, op);
            result = op.result();
        } else {
            StreamOp.Write op = new StreamOp.Write(bytes(data));
            streams.submit(stream, op);
            result = op.result();
        }
        return result.thenApply(dlsn -> success(dlsn.serialize()));
    }

    private CompletableFuture<ProxyResponse> writeBulk(String stream, List<ByteBuffer> data) {
        List<byte[]> payloads = new ArrayList<>(data.size());
        for (ByteBuffer payload : data) {
            if (payload.remaining() > LogRecord.MAX_LOGRECORD_SIZE) {
                return CompletableFuture.failedFuture(
                        tooLong(stream, payload.remaining(), LogRecord.MAX_LOGRECORD_SIZE));
            }
            metrics.recordBytes(payload.remaining());
            payloads.add(bytes(payload));
        }
        StreamOp.BulkWrite op = new StreamOp.BulkWrite(payloads);
        streams.submit(stream, op);
        return op.result().thenApply(WriteProxyService::bulkResponse);
    }

    /** Success as a whole, with the outcome of each record; a lost ownership is the failure of the whole. */
    private static ProxyResponse bulkResponse(List<CompletableFuture<DLSN>> writes) {
        List<WriteResponse> responses = new ArrayList<>(writes.size());
        for (CompletableFuture<DLSN> write : writes) {
            responses.add(write.<WriteResponse>handle((dlsn, failure) -> dlsn == null
                            ? new WriteResponse(header(failure), null)
                            : new WriteResponse(ResponseHeader.SUCCESS, dlsn.serialize()))
                    .join());
        }
        if (!responses.isEmpty()) {
            ResponseHeader first = responses.get(0).header();
            switch (first.code()) {
                case FOUND, ALREADY_CLOSED, LOCKING_EXCEPTION -> {
                    return new BulkWriteResponse(first, List.of());
                }
                default -> {
                    // The records' own headers say it.
                }
            }
        }
        return new BulkWriteResponse(ResponseHeader.SUCCESS, responses);
    }

    private static LogRecordTooLongException tooLong(String stream, int bytes, int bytesMax) {
        return new LogRecordTooLongException(
                "record of " + bytes + " bytes for stream " + stream + ", at most " + bytesMax + " are taken");
    }

    /** Decoded payloads have arrays of their own. */
    private static byte[] bytes(ByteBuffer data) {
        if (data.hasArray() && data.arrayOffset() == 0 && data.array().length == data.remaining()) {
            return data.array();
        }
        byte[] copy = new byte[data.remaining()];
        data.get(data.position(), copy);
        return copy;
    }

    private ProxyResponse serverInfo(Map<String, String> ownerships) {
        ServerStatus status = stopped
                ? ServerStatus.DOWN
                : streams.acceptsNewStreams() ? ServerStatus.WRITE_AND_ACCEPT : ServerStatus.WRITE_ONLY;
        return new ServerInfo(ownerships, status);
    }

    private Map<String, String> ownerships(ProxyRequest.HandshakeWithClientInfo info) {
        if (!info.getOwnerships()) {
            return Map.of();
        }
        Map<String, String> all = streams.ownerships();
        String regex = info.streamNameRegex();
        if (regex == null || regex.isEmpty() || regex.equals(".*")) {
            return all;
        }
        if (regex.length() > REGEX_LENGTH_MAX) {
            return Map.of();
        }
        try {
            Pattern pattern = Pattern.compile(regex);
            Map<String, String> matching = new HashMap<>(all);
            matching.keySet().removeIf(stream -> !pattern.matcher(stream).matches());
            return matching;
        } catch (PatternSyntaxException e) {
            LOG.debug("handshake with a pattern that is none", e);
            return Map.of();
        }
    }

    private static ProxyResponse success(@Nullable String dlsn) {
        return new WriteResponse(ResponseHeader.SUCCESS, dlsn);
    }

    private static ProxyResponse failed(Method method, @Nullable Throwable failure) {
        ResponseHeader header = header(failure);
        return method == Method.WRITE_BULK_WITH_CONTEXT
                ? new BulkWriteResponse(header, List.of())
                : new WriteResponse(header, null);
    }

    private static ResponseHeader header(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof OwnershipAcquireFailedException taken) {
            return new ResponseHeader(StatusCode.FOUND, taken.getMessage(), taken.getCurrentOwner());
        }
        if (cause instanceof DLException known) {
            return new ResponseHeader(known.getCode(), known.getMessage(), null);
        }
        LOG.warn("request failed in a way that has no status", cause);
        return new ResponseHeader(StatusCode.INTERNAL_SERVER_ERROR, String.valueOf(cause), null);
    }

    private static StatusCode status(ProxyResponse response) {
        if (response instanceof WriteResponse write) {
            return write.header().code();
        }
        if (response instanceof BulkWriteResponse bulk) {
            return bulk.header().code();
        }
        return StatusCode.SUCCESS;
    }
}
