package io.dlog.bookie.server;

import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.server.RequestHandlers.Progress;
import io.dlog.bookie.storage.LedgerStorage;
import io.dlog.bookie.storage.StorageException;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells which entries of a ledger are here. Thread: safe, because it holds no state. */
final class ListEntriesHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ListEntriesHandler.class);

    private final HostedLedgers ledgers;
    private final LedgerStorage storage;
    private final ColdReads cold;

    ListEntriesHandler(HostedLedgers ledgers, LedgerStorage storage, ColdReads cold) {
        this.ledgers = ledgers;
        this.storage = storage;
        this.cold = cold;
    }

    Progress handle(Request.ListEntries list, ClientConnection connection) {
        cold.submit(
                connection,
                refusal(list, StatusCode.IO_ERROR),
                refusal(list, StatusCode.TOO_MANY_REQUESTS),
                () -> answer(list));
        return Progress.TAKEN;
    }

    private Response answer(Request.ListEntries list) {
        try {
            if (!ledgers.isKnown(list.ledgerId())) {
                return refusal(list, StatusCode.NO_LEDGER);
            }
            return new Response.EntryList(
                    list.requestId(),
                    StatusCode.OK,
                    list.ledgerId(),
                    EntryAvailability.encode(storage.entryIds(list.ledgerId())));
        } catch (StorageException e) {
            LOG.warn("entries can't be listed ledger={}", list.ledgerId(), e);
            return refusal(list, StatusCode.IO_ERROR);
        }
    }

    private static Response refusal(Request.ListEntries list, StatusCode status) {
        return new Response.EntryList(list.requestId(), status, list.ledgerId(), null);
    }
}
