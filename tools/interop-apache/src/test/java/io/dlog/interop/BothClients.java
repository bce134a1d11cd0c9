package io.dlog.interop;

import io.dlog.protocol.WireVersion;
import java.util.EnumMap;
import java.util.Map;

/** Our client and Apache's, each with both wire versions. Thread: owned by the test. */
final class BothClients implements AutoCloseable {
    private final Map<WireVersion, LedgerUser> ours = new EnumMap<>(WireVersion.class);
    private final Map<WireVersion, LedgerUser> apache = new EnumMap<>(WireVersion.class);

    BothClients(String metadataUri) throws Exception {
        for (WireVersion version : WireVersion.values()) {
            ours.put(version, new OurLedgerUser(metadataUri, version));
            apache.put(version, new ApacheLedgerUser(metadataUri, version));
        }
    }

    LedgerUser ours(WireVersion version) {
        return user(ours, version);
    }

    LedgerUser apache(WireVersion version) {
        return user(apache, version);
    }

    private static LedgerUser user(Map<WireVersion, LedgerUser> users, WireVersion version) {
        LedgerUser user = users.get(version);
        if (user == null) {
            throw new AssertionError("no user for " + version);
        }
        return user;
    }

    @Override
    public void close() throws Exception {
        for (LedgerUser user : ours.values()) {
            user.close();
        }
        for (LedgerUser user : apache.values()) {
            user.close();
        }
    }
}
