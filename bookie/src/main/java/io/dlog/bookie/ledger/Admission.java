package io.dlog.bookie.ledger;

/** Whose adds this bookie takes. */
public enum Admission {
    ALL,
    /** Only adds that repair the cluster; the reserve of a full disk is for them. */
    HIGH_PRIORITY,
    NONE
}
