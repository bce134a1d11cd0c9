package io.dlog.ledger;

/** How far a ledger's life has gone. A ledger moves down this list, or from the first to the last, and never up. */
public enum LedgerState {
    /** Its writer may add entries. */
    OPEN,
    /** Some client is fencing the writer out and looking for the last entry. */
    IN_RECOVERY,
    /** Last entry and length are fixed for ever. */
    CLOSED
}
