package io.dlog.proxy.server;

import io.dlog.proxyclient.protocol.ProxyRequest.Method;

/** Who may do what with which stream. Thread: safe; must not block. */
public interface AccessPolicy {
    /** Everybody may do everything. */
    AccessPolicy ALLOW_ALL = (method, stream) -> true;

    /** Whether that method may be called on that stream. */
    boolean allows(Method method, String stream);
}
