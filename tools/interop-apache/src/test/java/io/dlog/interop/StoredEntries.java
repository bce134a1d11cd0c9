package io.dlog.interop;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.bookkeeper.client.api.BookKeeper;
import org.apache.bookkeeper.client.api.DigestType;
import org.apache.bookkeeper.client.api.LedgerEntries;
import org.apache.bookkeeper.client.api.LedgerEntry;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.apache.bookkeeper.conf.ClientConfiguration;

/** The entries of log segments as the bookies hold them, read with Apache's ledger client. Thread: owned by the test. */
final class StoredEntries implements AutoCloseable {
    private final BookKeeper client;

    StoredEntries(String metadataUri) throws Exception {
        ClientConfiguration conf = new ClientConfiguration();
        conf.setMetadataServiceUri(metadataUri);
        conf.setNumIOThreads(1);
        conf.setNumWorkerThreads(1);
        client = BookKeeper.newBuilder(conf).build();
    }

    /** All confirmed entries of a ledger, in hex. */
    List<String> of(long ledgerId) throws Exception {
        List<String> entries = new ArrayList<>();
        try (ReadHandle ledger = client.newOpenLedgerOp()
                .withLedgerId(ledgerId)
                .withDigestType(DigestType.CRC32)
                .withPassword(new byte[0])
                .withRecovery(false)
                .execute()
                .get()) {
            if (ledger.getLastAddConfirmed() >= 0) {
                try (LedgerEntries read = ledger.read(0, ledger.getLastAddConfirmed())) {
                    for (LedgerEntry entry : read) {
                        entries.add(HexFormat.of().formatHex(entry.getEntryBytes()));
                    }
                }
            }
        }
        return entries;
    }

    /** A ledger without entries, as a writer leaves it that dies at once. */
    long abandonedLedger() throws Exception {
        return client.newCreateLedgerOp()
                .withEnsembleSize(3)
                .withWriteQuorumSize(3)
                .withAckQuorumSize(2)
                .withDigestType(DigestType.CRC32)
                .withPassword(new byte[0])
                .execute()
                .get()
                .getId();
    }

    @Override
    public void close() throws Exception {
        client.close();
    }
}
