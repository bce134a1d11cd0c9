package io.dlog.bookie.server;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.HexFormat;

/** A socket that sends and receives hexadecimal frames. */
final class RawClient implements AutoCloseable {
    static final String CLOSED = "CLOSED";

    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    RawClient(InetSocketAddress address) throws IOException {
        socket = new Socket();
        socket.connect(address, TIMEOUT_MILLIS);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** Sends bytes as they are. */
    void send(String hex) throws IOException {
        send(HexFormat.of().parseHex(hex));
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** The next frame without its length, or {@link #CLOSED}. */
    String receive() throws IOException {
        try {
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            return HexFormat.of().formatHex(frame);
        } catch (EOFException | SocketException e) {
            return CLOSED;
        }
    }

    String ask(String hex) throws IOException {
        send(hex);
        return receive();
    }

    /** How many bytes arrived and wait. */
    int available() throws IOException {
        return in.available();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
