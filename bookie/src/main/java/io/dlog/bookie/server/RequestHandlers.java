package io.dlog.bookie.server;

import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import java.util.function.Function;

/**
 * Sends each request to its handler.
 *
 * <p>Thread: safe, because handlers keep no state but counters; called on event loops.
 */
final class RequestHandlers {
    /** Whether a request was taken. */
    enum Progress {
        /** It was; an answer comes, now or later. */
        TAKEN,
        /** It was not; try it again when the log buffer has room. */
        LOG_BUFFER_FULL
    }

    /** A disabled plugin's name, which clients of Apache's look for. */
    private static final String AUTH_DISABLED_PLUGIN = "AuthDisabledPlugin";

    private final LedgerStorage storage;
    private final ColdReads cold;
    private final AddEntryHandler add;
    private final ReadEntryHandler read;
    private final BatchReadHandler batchRead;
    private final LongPollReadHandler longPoll;
    private final ReadLacHandler readLac;
    private final WriteLacHandler writeLac;
    private final ForceHandler force;
    private final ListEntriesHandler listEntries;
    private final BookieInfoHandler bookieInfo;

    RequestHandlers(
            LedgerStorage storage,
            HostedLedgers ledgers,
            Readers readers,
            DiskSpace disks,
            ServerSettings settings,
            ServerMetrics metrics) {
        this.storage = storage;
        this.cold = new ColdReads(readers, metrics);
        this.add = new AddEntryHandler(ledgers, metrics);
        this.read = new ReadEntryHandler(ledgers, storage, cold);
        this.batchRead = new BatchReadHandler(
                ledgers, storage, cold, settings.batchReadSizeMax().bytes());
        this.longPoll = new LongPollReadHandler(ledgers, cold, settings.longPollsMax());
        this.readLac = new ReadLacHandler(ledgers, cold);
        this.writeLac = new WriteLacHandler(ledgers, storage);
        this.force = new ForceHandler(storage);
        this.listEntries = new ListEntriesHandler(ledgers, storage, cold);
        this.bookieInfo = new BookieInfoHandler(disks);
    }

    LedgerStorage storage() {
        return storage;
    }

    ColdReads cold() {
        return cold;
    }

    /** Borrows the request's buffer. */
    Progress handle(Request request, ClientConnection connection) {
        return switch (request.kind()) {
            case ADD -> add.handle((Request.Add) request, connection);
            case READ -> read.handle((Request.Read) request, connection);
            case BATCH_READ -> batchRead.handle((Request.BatchRead) request, connection);
            case LONG_POLL_READ -> longPoll.handle((Request.LongPollRead) request, connection);
            case READ_LAC -> readLac.handle((Request.ReadLac) request, connection);
            case WRITE_LAC -> writeLac.handle((Request.WriteLac) request, connection);
            case FORCE -> force.handle((Request.Force) request, connection);
            case BOOKIE_INFO -> bookieInfo.handle((Request.BookieInfo) request, connection);
            case LIST_ENTRIES -> listEntries.handle((Request.ListEntries) request, connection);
            case AUTH ->
                answer(
                        (Request.Auth) request,
                        connection,
                        r -> new Response.Auth(r.requestId(), StatusCode.OK, AUTH_DISABLED_PLUGIN, new byte[0]));
            case START_TLS ->
                answer(
                        (Request.StartTls) request,
                        connection,
                        r -> new Response.TlsStarted(r.requestId(), StatusCode.BAD_REQUEST));
            case INVALID -> answer((Request.Invalid) request, connection, Request.Invalid::answer);
        };
    }

    private static <R extends Request> Progress answer(
            R request, ClientConnection connection, Function<R, Response> response) {
        connection.answer(response.apply(request));
        return Progress.TAKEN;
    }
}
