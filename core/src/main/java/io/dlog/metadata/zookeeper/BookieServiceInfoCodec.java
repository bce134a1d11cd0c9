package io.dlog.metadata.zookeeper;

import io.dlog.ledger.BookieId;
import io.dlog.ledger.ProtobufFields;
import io.dlog.metadata.BookieEndpoint;
import java.util.Optional;

/**
 * The bytes of a bookie's registration.
 *
 * <pre>
 *   6 endpoint*: {1 id "bookie", 2 port, 3 host, 4 protocol "bookie-rpc", 5 auth*, 6 extension*}    7 properties
 *   nothing at all: an old bookie, which listens where its id says
 * </pre>
 *
 * <p>Source: Apache BookKeeper 4.17, {@code golden/bookkeeper-znodes.txt}.
 */
public final class BookieServiceInfoCodec {
    private static final String ENDPOINT_ID = "bookie";
    private static final String PROTOCOL = "bookie-rpc";

    private BookieServiceInfoCodec() {}

    /** The payload of a bookie with one endpoint. */
    public static byte[] write(BookieEndpoint endpoint) {
        byte[] message = new ProtobufFields.Writer()
                .text(1, ENDPOINT_ID)
                .number(2, endpoint.port())
                .text(3, endpoint.host())
                .text(4, PROTOCOL)
                .toByteArray();
        return new ProtobufFields.Writer().bytes(6, message).toByteArray();
    }

    /** Where a bookie with this payload listens; an {@link IllegalArgumentException} when nothing says so. */
    public static BookieEndpoint read(BookieId id, byte[] payload) {
        ProtobufFields.Reader in = new ProtobufFields.Reader(payload);
        while (in.next()) {
            if (in.field() == 6) {
                Optional<BookieEndpoint> endpoint = readEndpoint(id, in.message());
                if (endpoint.isPresent()) {
                    return endpoint.orElseThrow();
                }
            }
        }
        return ofId(id).orElseThrow(() -> new IllegalArgumentException("bookie " + id + " registered no endpoint"));
    }

    private static Optional<BookieEndpoint> readEndpoint(BookieId id, ProtobufFields.Reader in) {
        String endpointId = "";
        String host = "";
        int port = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> endpointId = in.text();
                case 2 -> port = in.int32();
                case 3 -> host = in.text();
                default -> {
                    // Protocol, authentication and extensions don't say where the bookie is.
                }
            }
        }
        return endpointId.equals(ENDPOINT_ID) && !host.isEmpty()
                ? Optional.of(new BookieEndpoint(id, host, port))
                : Optional.empty();
    }

    /** Host and port of an id that has this form. */
    public static Optional<BookieEndpoint> ofId(BookieId id) {
        int colon = id.id().lastIndexOf(':');
        if (colon <= 0) {
            return Optional.empty();
        }
        try {
            int port = Integer.parseInt(id.id().substring(colon + 1));
            return port > 0 && port <= 0xFFFF
                    ? Optional.of(new BookieEndpoint(id, id.id().substring(0, colon), port))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
