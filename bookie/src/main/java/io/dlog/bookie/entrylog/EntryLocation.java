package io.dlog.bookie.entrylog;

/**
 * Where an entry lies on disk. Thread: immutable.
 *
 * @param offset of the entry's length field in the log
 * @param bytes length of the entry
 * @param checksumsOffset offset of the checksum block that covers the entry
 * @param checksumSlot index of the entry's checksum in that block
 */
public record EntryLocation(long entryId, long logId, long offset, int bytes, long checksumsOffset, int checksumSlot) {
    /** Bytes in the log: the length before the entry, and the entry. */
    public int recordBytes() {
        return Integer.BYTES + bytes;
    }
}
