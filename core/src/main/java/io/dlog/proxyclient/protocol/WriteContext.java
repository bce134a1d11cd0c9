package io.dlog.proxyclient.protocol;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What travels beside a request. Thread: immutable.
 *
 * @param triedHosts proxies that the client asked before; for people, the proxy does not read it
 * @param crc32 {@link RequestChecksum}, null when the client sends none
 * @param isRecordSet whether the payload is a record set
 */
public record WriteContext(Set<String> triedHosts, @Nullable Long crc32, boolean isRecordSet) {
    /** Nothing beside the request. */
    public static final WriteContext NONE = new WriteContext(Set.of(), null, false);

    public WriteContext {
        triedHosts = Set.copyOf(triedHosts);
    }
}
