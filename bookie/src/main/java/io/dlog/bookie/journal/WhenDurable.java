package io.dlog.bookie.journal;

/** Who waits for the journal; a reply implements it. Exactly one of the two methods is called, once, on any thread. */
public interface WhenDurable {
    /** Everything up to the position asked for is on disk. */
    void onDurable();

    /** The journal failed; nothing may be acknowledged. */
    void onJournalFailed();
}
