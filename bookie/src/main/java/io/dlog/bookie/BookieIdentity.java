package io.dlog.bookie;

import io.dlog.bookie.BookieConfig.Identity;
import io.dlog.config.ConfigException;
import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieEndpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.Optional;

/**
 * How a bookie is known, and where it listens.
 *
 * <pre>
 *   set in the configuration     known as                       listens on
 *   advertisedAddress            that                           all addresses, loopback if that is loopback
 *   listeningInterface           the interface's address        that address
 *   neither, allowLoopback       127.0.0.1                      127.0.0.1
 *   neither, not allowLoopback   the host's address             that address
 * </pre>
 *
 * <p>{@code useHostNameAsBookieID} turns an address that is not loopback into its name. {@code bookieId} replaces the id, not
 * the address.
 *
 * <p>Thread: immutable.
 */
record BookieIdentity(BookieEndpoint endpoint, InetSocketAddress listen) {
    private static final String LOOPBACK = "127.0.0.1";

    static BookieIdentity of(Identity config) throws ConfigException {
        try {
            return resolve(config);
        } catch (UnknownHostException e) {
            throw new ConfigException("host name " + e.getMessage() + " can't be resolved; set advertisedAddress", e);
        } catch (SocketException e) {
            throw new ConfigException("network interfaces can't be listed: " + e.getMessage(), e);
        }
    }

    private static BookieIdentity resolve(Identity config)
            throws ConfigException, UnknownHostException, SocketException {
        String host;
        InetAddress listen;
        if (config.advertisedAddress().isPresent()) {
            host = config.advertisedAddress().get();
            boolean isLoopback = InetAddress.getByName(host).isLoopbackAddress();
            listen = InetAddress.getByName(isLoopback ? LOOPBACK : "0.0.0.0");
        } else if (config.listeningInterface().isPresent()) {
            listen = addressOf(config.listeningInterface().get());
            host = nameOf(listen, config);
        } else if (config.isLoopback()) {
            host = LOOPBACK;
            listen = InetAddress.getByName(LOOPBACK);
        } else {
            listen = InetAddress.getLocalHost();
            if (listen.isLoopbackAddress()) {
                throw new ConfigException("this host's name " + listen.getHostName()
                        + " is a loopback address; set advertisedAddress or listeningInterface, or allowLoopback=true");
            }
            host = nameOf(listen, config);
        }
        String id = config.bookieId().orElse(host + ":" + config.port());
        try {
            return new BookieIdentity(
                    new BookieEndpoint(new BookieId(id), host, config.port()),
                    new InetSocketAddress(listen, config.port()));
        } catch (IllegalArgumentException e) {
            throw new ConfigException("bookieId=" + id + " may hold letters, digits and : _ . - only", e);
        }
    }

    private static String nameOf(InetAddress address, Identity config) {
        if (address.isLoopbackAddress()) {
            return LOOPBACK;
        }
        if (!config.isHostName()) {
            return address.getHostAddress();
        }
        String name = address.getCanonicalHostName();
        return config.isShortHostName() ? name.split("\\.", 2)[0] : name;
    }

    private static InetAddress addressOf(String interfaceName) throws ConfigException, SocketException {
        NetworkInterface network = NetworkInterface.getByName(interfaceName);
        if (network == null) {
            throw new ConfigException("listeningInterface=" + interfaceName + " is not there; there are "
                    + Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                            .map(NetworkInterface::getName)
                            .toList());
        }
        Optional<InetAddress> v4First = Collections.list(network.getInetAddresses()).stream()
                .min((a, b) -> a.getAddress().length - b.getAddress().length);
        if (v4First.isEmpty()) {
            throw new ConfigException("listeningInterface=" + interfaceName + " has no address");
        }
        return v4First.get();
    }
}
