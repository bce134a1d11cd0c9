package io.dlog.tutorials.basic;

import io.dlog.proxyclient.WriteProxyClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;

/**
 * Spreads the lines of stdin over several streams, one after the other. Arguments: the finagle name of the proxies and the
 * streams, separated by commas.
 */
public final class ConsoleProxyMultiWriter {
    private ConsoleProxyMultiWriter() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("ConsoleProxyMultiWriter <finagle-name> <stream-1>[,<stream-2>,...,<stream-n>]");
            System.exit(1);
        }
        String[] streams = args[1].split(",");
        try (WriteProxyClient client =
                WriteProxyClient.builder(args[0], "console-proxy-multi-writer").build()) {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
            for (int n = 0; ; n = (n + 1) % streams.length) {
                System.out.print("[dlog] > ");
                System.out.flush();
                String line = in.readLine();
                if (line == null) {
                    System.out.println();
                    return;
                }
                try {
                    client.write(streams[n], ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)))
                            .get();
                } catch (ExecutionException failed) {
                    System.out.println("Encountered error on writing data");
                    System.err.println(failed.getCause());
                }
            }
        }
    }
}
