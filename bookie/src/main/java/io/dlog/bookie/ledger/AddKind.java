package io.dlog.bookie.ledger;

import io.dlog.protocol.Request;

/** Which rungs of the guard ladder an add may skip; the key is none of them. */
public enum AddKind {
    NORMAL(false, false),
    HIGH_PRIORITY(false, true),
    RECOVERY(true, false),
    RECOVERY_HIGH_PRIORITY(true, true);

    private final boolean isRecovery;
    private final boolean isHighPriority;

    AddKind(boolean isRecovery, boolean isHighPriority) {
        this.isRecovery = isRecovery;
        this.isHighPriority = isHighPriority;
    }

    /** From the request's flags. */
    public static AddKind of(Request.Add add) {
        if (add.isRecovery()) {
            return add.isHighPriority() ? RECOVERY_HIGH_PRIORITY : RECOVERY;
        }
        return add.isHighPriority() ? HIGH_PRIORITY : NORMAL;
    }

    boolean isRecovery() {
        return isRecovery;
    }

    boolean isHighPriority() {
        return isHighPriority;
    }
}
