package io.dlog.proxyclient.finagle;

import io.dlog.proxyclient.netty.NettyTransport;
import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.ProxyTransportContract;

/** A client on Netty with a server on Finagle. */
class NettyToFinagleTransportTest extends ProxyTransportContract {
    @Override
    protected ProxyTransport serverTransport() {
        return new FinagleTransport();
    }

    @Override
    protected ProxyTransport clientTransport() {
        return new NettyTransport(2);
    }
}
