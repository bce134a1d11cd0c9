package io.dlog.client;

import io.dlog.concurrent.Inbox;
import io.dlog.ledger.BookieId;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.dlog.transport.ConnectionFailure;
import io.dlog.transport.ResponseHandler;
import org.jspecify.annotations.Nullable;

/**
 * One entry sent to one bookie. The answer comes on the connection's thread and goes through the inbox to the writer.
 *
 * <p>Thread: answered once by the connection, then owned by the ledger's lane; the inbox orders the two.
 */
final class AddAttempt extends Inbox.Message implements ResponseHandler {
    final PendingAdd add;
    final int index;
    final BookieId bookie;
    /** The bookie's answer; null when there is none. */
    @Nullable
    StatusCode status;
    /** Why there is no answer; null when there is one. */
    @Nullable
    ConnectionFailure failure;

    private final QuorumLedgerWriter writer;

    AddAttempt(QuorumLedgerWriter writer, PendingAdd add, int index, BookieId bookie) {
        this.writer = writer;
        this.add = add;
        this.index = index;
        this.bookie = bookie;
    }

    @Override
    public void onResponse(Response response) {
        status = response.status();
        writer.inbox.send(this);
    }

    @Override
    public void onFailure(ConnectionFailure reason) {
        failure = reason;
        writer.inbox.send(this);
    }

    @Override
    protected void run() {
        writer.answered(this);
    }
}
