package io.dlog.proxy;

import io.dlog.proxyclient.WriteProxyClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The smallest application: {@code NAME STREAM PAYLOAD}. Fails when a Scala class can be loaded. */
final class OneWrite {
    private OneWrite() {}

    public static void main(String[] args) throws Exception {
        try {
            throw new AssertionError("Scala is on the class path: " + Class.forName("scala.Option"));
        } catch (ClassNotFoundException none) {
            System.out.println("no Scala: " + none.getMessage());
        }
        try (WriteProxyClient client =
                WriteProxyClient.builder(args[0], "one-write").build()) {
            ByteBuffer payload = ByteBuffer.wrap(args[2].getBytes(StandardCharsets.UTF_8));
            System.out.println("written at " + client.write(args[1], payload).get());
        }
    }
}
