package io.dlog.bookie.journal;

import java.nio.ByteBuffer;

/** The records of a batch whose checksums were verified. Thread: immutable. */
public final class JournalRecords {
    private JournalRecords() {}

    /** Takes records in order. */
    public interface Visitor {
        /** An entry; {@code body} starts at 0 and is valid during the call. */
        void add(long position, ByteBuffer body);

        void masterKey(long ledgerId, byte[] key);

        void fence(long ledgerId);

        void explicitLac(long ledgerId, byte[] body);
    }

    /**
     * Visits all records but the SEAL.
     *
     * @throws JournalException when there is one of a type that this release does not know
     */
    public static void forEach(ByteBuffer batch, long position, long epoch, Visitor visitor) throws JournalException {
        int at = 0;
        while (true) {
            int bytes = JournalFormat.bodyBytes(batch.getLong(at), position + at, epoch);
            if (bytes < 0) {
                throw new AssertionError("no record in a verified batch position=" + (position + at));
            }
            ByteBuffer body = batch.slice(at + JournalFormat.RECORD_HEADER_BYTES, bytes);
            switch (JournalFormat.recordType(batch, at)) {
                case JournalFormat.SEAL -> {
                    return;
                }
                case JournalFormat.ADD -> visitor.add(position + at, body);
                case JournalFormat.MASTER_KEY -> visitor.masterKey(body.getLong(), rest(body));
                case JournalFormat.FENCE -> visitor.fence(body.getLong());
                case JournalFormat.EXPLICIT_LAC -> visitor.explicitLac(body.getLong(), rest(body));
                default ->
                    throw new JournalException("journal record of an unknown type position=" + (position + at)
                            + " type=" + JournalFormat.recordType(batch, at) + "; start the release that wrote it");
            }
            at += JournalFormat.recordBytes(bytes);
        }
    }

    private static byte[] rest(ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return bytes;
    }
}
