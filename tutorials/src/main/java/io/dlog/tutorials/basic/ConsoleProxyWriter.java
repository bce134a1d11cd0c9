package io.dlog.tutorials.basic;

import io.dlog.proxyclient.WriteProxyClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;

/**
 * Writes each line of stdin to a stream through the write proxies. Any number of these may write to one stream. Arguments:
 * the finagle name of the proxies and the stream.
 */
public final class ConsoleProxyWriter {
    private ConsoleProxyWriter() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("ConsoleProxyWriter <finagle-name> <stream>");
            System.exit(1);
        }
        try (WriteProxyClient client =
                WriteProxyClient.builder(args[0], "console-proxy-writer").build()) {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
            while (true) {
                System.out.print("[dlog] > ");
                System.out.flush();
                String line = in.readLine();
                if (line == null) {
                    System.out.println();
                    return;
                }
                try {
                    client.write(args[1], ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)))
                            .get();
                } catch (ExecutionException failed) {
                    System.out.println("Encountered error on writing data");
                    System.err.println(failed.getCause());
                }
            }
        }
    }
}
