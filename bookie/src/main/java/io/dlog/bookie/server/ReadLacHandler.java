package io.dlog.bookie.server;

import io.dlog.bookie.ledger.HostedLedgers;
import io.dlog.bookie.ledger.ReadOutcome;
import io.dlog.bookie.server.RequestHandlers.Progress;
import io.dlog.bookie.storage.StorageException;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the explicit LAC and the last entry, whichever there are. Neither, or an unknown ledger: NO_ENTRY. (Apache's bookie
 * says EIO when there is an explicit LAC and no entry yet; we say OK, which its client takes just as well.)
 *
 * <p>Thread: safe, because it holds no state.
 */
final class ReadLacHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ReadLacHandler.class);

    private final HostedLedgers ledgers;
    private final ColdReads cold;

    ReadLacHandler(HostedLedgers ledgers, ColdReads cold) {
        this.ledgers = ledgers;
        this.cold = cold;
    }

    Progress handle(Request.ReadLac read, ClientConnection connection) {
        cold.submit(
                connection,
                refusal(read, StatusCode.IO_ERROR),
                refusal(read, StatusCode.TOO_MANY_REQUESTS),
                () -> answer(read));
        return Progress.TAKEN;
    }

    private Response answer(Request.ReadLac read) {
        ReadOutcome last = ledgers.read(read.ledgerId(), -1);
        ByteBuf entry = last instanceof ReadOutcome.Found found ? found.entry() : null;
        ByteBuf lac = explicitLac(read.ledgerId());
        if (entry == null && (lac == null || last == ReadOutcome.Unreadable.INSTANCE)) {
            return refusal(read, last == ReadOutcome.Unreadable.INSTANCE ? StatusCode.IO_ERROR : StatusCode.NO_ENTRY);
        }
        return new Response.Lac(read.requestId(), StatusCode.OK, read.ledgerId(), lac, entry);
    }

    private @Nullable ByteBuf explicitLac(long ledgerId) {
        try {
            return ledgers.explicitLac(ledgerId);
        } catch (StorageException e) {
            LOG.warn("explicit LAC can't be read ledger={}", ledgerId, e);
            return null;
        }
    }

    private static Response refusal(Request.ReadLac read, StatusCode status) {
        return new Response.Lac(read.requestId(), status, read.ledgerId(), null, null);
    }
}
