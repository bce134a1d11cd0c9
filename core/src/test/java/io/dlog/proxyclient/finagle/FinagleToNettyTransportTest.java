package io.dlog.proxyclient.finagle;

import io.dlog.proxyclient.netty.NettyTransport;
import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.ProxyTransportContract;

/** A client on Finagle with a server on Netty. */
class FinagleToNettyTransportTest extends ProxyTransportContract {
    @Override
    protected ProxyTransport serverTransport() {
        return new NettyTransport(2);
    }

    @Override
    protected ProxyTransport clientTransport() {
        return new FinagleTransport();
    }
}
