package io.dlog.ledger;

/** How a client lets readers check an entry; that many bytes between the entry's header and its data. */
public enum DigestType {
    /** CRC-32 (zlib) in the low half of 8 bytes. */
    CRC32(8),
    /** HMAC-SHA1 keyed by the ledger's password; Apache's API calls it MAC, its metadata HMAC. */
    MAC(20),
    /** CRC-32C (Castagnoli). */
    CRC32C(4),
    /** No digest. */
    DUMMY(0);

    private final int lengthBytes;

    DigestType(int lengthBytes) {
        this.lengthBytes = lengthBytes;
    }

    /** Length of the digest in bytes. */
    public int lengthBytes() {
        return lengthBytes;
    }
}
