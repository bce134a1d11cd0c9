package io.dlog.proxyclient.finagle;

import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.ProxyTransportContract;

/** A client on Finagle with a server on Finagle. */
class FinagleTransportTest extends ProxyTransportContract {
    @Override
    protected ProxyTransport serverTransport() {
        return new FinagleTransport();
    }

    @Override
    protected ProxyTransport clientTransport() {
        return new FinagleTransport();
    }
}
