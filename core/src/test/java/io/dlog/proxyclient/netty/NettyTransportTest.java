package io.dlog.proxyclient.netty;

import io.dlog.proxyclient.transport.ProxyTransport;
import io.dlog.proxyclient.transport.ProxyTransportContract;

/** A client on Netty with a server on Netty. */
class NettyTransportTest extends ProxyTransportContract {
    @Override
    protected ProxyTransport serverTransport() {
        return new NettyTransport(2);
    }

    @Override
    protected ProxyTransport clientTransport() {
        return new NettyTransport(2);
    }
}
