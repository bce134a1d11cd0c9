package io.dlog.client;

import io.dlog.ledger.LedgerMetadata;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;

/**
 * Adds entries to one ledger. Entries get consecutive ids in the order of the calls and complete in that order.
 *
 * <p>Thread: safe; futures complete on the ledger's lane.
 */
public interface LedgerWriter {
    long ledgerId();

    /**
     * Adds an entry and takes {@code data}. Completes with the entry's id once an ack quorum holds it durably; fails with
     * {@code LEDGER_FENCED} when another client took over, and then every later add fails too. After any failure the
     * outcome of this entry is unknown until the ledger is recovered.
     */
    CompletableFuture<Long> add(ByteBuf data);

    /** Id of the last entry known to be durable, -1 when none. */
    long lastAddConfirmed();

    /** Id of the last entry that was handed in, -1 when none. */
    long lastAddPushed();

    /** Data bytes handed in. */
    long length();

    LedgerMetadata metadata();

    /**
     * Fails unfinished adds with {@code LEDGER_CLOSED} and closes the ledger at the last add confirmed.
     * A close that failed may have closed the ledger or not; the next call tries again.
     */
    CompletableFuture<Void> close();

    /**
     * Lets go of the ledger without closing it: fails unfinished adds, and every add from now on, with
     * {@code CLIENT_CLOSED}, and leaves the metadata as they are. The ledger stays open until somebody recovers it; what
     * was acknowledged is kept. For a writer that must not decide where the ledger ends, or can't reach the metadata.
     * Does nothing to a writer that has failed or was closed.
     */
    void abandon();
}
