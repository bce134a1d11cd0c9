package io.dlog.interop;

import io.dlog.ledger.DigestType;
import io.dlog.protocol.WireVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.bookkeeper.client.api.BookKeeper;
import org.apache.bookkeeper.client.api.LedgerEntries;
import org.apache.bookkeeper.client.api.LedgerEntry;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.apache.bookkeeper.conf.ClientConfiguration;

/** The published Apache client. */
final class ApacheLedgerUser implements LedgerUser {
    static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.UTF_8);
    private static final int ENTRIES_A_READ = 500;

    private final BookKeeper client;

    ApacheLedgerUser(String metadataUri, WireVersion version) throws Exception {
        ClientConfiguration conf = new ClientConfiguration();
        conf.setMetadataServiceUri(metadataUri);
        conf.setUseV2WireProtocol(version == WireVersion.V2);
        conf.setThrottleValue(0);
        conf.setNumIOThreads(2);
        conf.setNumWorkerThreads(2);
        client = BookKeeper.newBuilder(conf).build();
    }

    private static org.apache.bookkeeper.client.api.DigestType apache(DigestType digest) {
        return org.apache.bookkeeper.client.api.DigestType.valueOf(digest.name());
    }

    @Override
    public Writer create(DigestType digest) throws Exception {
        WriteHandle handle = client.newCreateLedgerOp()
                .withEnsembleSize(3)
                .withWriteQuorumSize(3)
                .withAckQuorumSize(2)
                .withDigestType(apache(digest))
                .withPassword(PASSWORD)
                .execute()
                .get();
        return new Writer() {
            @Override
            public long ledgerId() {
                return handle.getId();
            }

            @Override
            public CompletableFuture<Long> append(byte[] data) {
                return handle.appendAsync(data);
            }

            @Override
            public void close() throws Exception {
                handle.close();
            }
        };
    }

    @Override
    public List<byte[]> recoverAndReadAll(long ledgerId, DigestType digest) throws Exception {
        return readAll(ledgerId, digest, true);
    }

    @Override
    public List<byte[]> readConfirmed(long ledgerId, DigestType digest) throws Exception {
        return readAll(ledgerId, digest, false);
    }

    private List<byte[]> readAll(long ledgerId, DigestType digest, boolean withRecovery) throws Exception {
        List<byte[]> all = new ArrayList<>();
        try (ReadHandle handle = client.newOpenLedgerOp()
                .withLedgerId(ledgerId)
                .withDigestType(apache(digest))
                .withPassword(PASSWORD)
                .withRecovery(withRecovery)
                .execute()
                .get()) {
            long last = handle.getLastAddConfirmed();
            for (long first = 0; first <= last; first += ENTRIES_A_READ) {
                try (LedgerEntries entries = handle.read(first, Math.min(last, first + ENTRIES_A_READ - 1))) {
                    for (LedgerEntry entry : entries) {
                        all.add(entry.getEntryBytes());
                    }
                }
            }
        }
        return all;
    }

    @Override
    public void delete(long ledgerId) throws Exception {
        client.newDeleteLedgerOp().withLedgerId(ledgerId).execute().get();
    }

    @Override
    public void close() throws Exception {
        client.close();
    }
}
