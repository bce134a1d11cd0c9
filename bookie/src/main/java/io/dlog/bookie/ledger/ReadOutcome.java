package io.dlog.bookie.ledger;

import io.dlog.protocol.StatusCode;
import io.netty.buffer.ByteBuf;

/** What became of a read; each kind has one status on the wire. Thread: immutable, apart from the buffer's indices. */
public sealed interface ReadOutcome {
    StatusCode status();

    /**
     * Here it is.
     *
     * @param entry one reference for the receiver
     * @param lastAddConfirmed of the ledger, as known before the entry was read
     */
    record Found(long entryId, ByteBuf entry, long lastAddConfirmed) implements ReadOutcome {
        @Override
        public StatusCode status() {
            return StatusCode.OK;
        }
    }

    /** Provably not here. */
    record NoEntry(long lastAddConfirmed) implements ReadOutcome {
        @Override
        public StatusCode status() {
            return StatusCode.NO_ENTRY;
        }
    }

    /** Provably never heard of the ledger. */
    enum NoLedger implements ReadOutcome {
        INSTANCE;

        @Override
        public StatusCode status() {
            return StatusCode.NO_LEDGER;
        }
    }

    /** Nothing certain can be said. */
    enum Unreadable implements ReadOutcome {
        INSTANCE;

        @Override
        public StatusCode status() {
            return StatusCode.IO_ERROR;
        }
    }
}
